package invariants

# METADATA
# title: Research without an agreement has nothing
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": ""} if {
	"researcher" in input.acting
	not input.agreement
	some name, _ in input.granted
}

# METADATA
# title: Researchers see people as the agreement's own pseudonyms
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": column} if {
	"researcher" in input.acting
	some name, granted in input.granted
	some column, mask in granted.columns
	data.catalog.datasets[name].columns[column].person != ""
	mask != "hash"
}

# METADATA
# title: Researchers see no exact dates about people
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": column} if {
	"researcher" in input.acting
	some name, granted in input.granted
	about_people(name)
	some column, mask in granted.columns
	data.catalog.datasets[name].columns[column].type in {"DATE", "TIMESTAMP"}
	mask == "show"
}

# METADATA
# title: Researchers see rows about teachers only under a row rule
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": ""} if {
	"researcher" in input.acting
	some name, granted in input.granted
	data.catalog.datasets[name].columns.teacher_key
	granted.rows == "all"
}

# METADATA
# title: Only researchers are granted the log of studies, and not of all agreements
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": ""} if {
	some name, granted in input.granted
	data.catalog.datasets[name].compartment == "research_log"
	not of_an_agreement(granted)
}

of_an_agreement(granted) if {
	"researcher" in input.acting
	granted.rows != "all"
}
