package invariants

# METADATA
# title: Leaders and privacy officers are granted no rows about single people
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": column} if {
	some role in {"district_leader", "privacy_officer", "school_leader"}
	role in input.acting
	some name, granted in input.granted
	about_people(name)
	some column, _ in granted.columns
}

# METADATA
# title: Leaders and privacy officers attach no file with rows about people
# description: Marts, the audit log, and of other compartments the reference part, which has the datasets about nobody alone.
broken contains {"invariant": rego.metadata.rule().title, "dataset": compartment, "column": ""} if {
	some role in {"district_leader", "privacy_officer", "school_leader"}
	role in input.acting
	some compartment in input.compartments
	not startswith(compartment, "mart_")
	not endswith(compartment, "_reference")
	compartment != "audit_log"
}

# METADATA
# title: Who works with people is granted only the rows of some
# description: Evaluators, coaches and teachers see rows about people only under a row rule.
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": ""} if {
	some role in {"coach", "evaluator", "teacher"}
	role in input.acting
	some name, granted in input.granted
	about_people(name)
	granted.rows == "all"
}

# METADATA
# title: Student records are granted as class figures or for research only
# description: A key of a student is shown to no one.
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": column} if {
	some name, granted in input.granted
	some column, mask in granted.columns
	data.catalog.datasets[name].columns[column].person == "student"
	not granted.figures
	mask != "hash"
	not "data_steward" in input.acting
}

# METADATA
# title: Data stewards are granted core and operations only
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": ""} if {
	"data_steward" in input.acting
	some name, _ in input.granted
	not data.catalog.datasets[name].compartment in {"core", "operations_log"}
}

# METADATA
# title: Only data stewards are granted operations
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": ""} if {
	some name, _ in input.granted
	data.catalog.datasets[name].compartment == "operations_log"
	not "data_steward" in input.acting
}

# METADATA
# title: Only privacy officers are granted the audit log
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": ""} if {
	some name, _ in input.granted
	data.catalog.datasets[name].compartment == "audit_log"
	not "privacy_officer" in input.acting
}

# METADATA
# title: No figure is about fewer than five people
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": ""} if {
	some name, granted in input.granted
	granted.minimum_cell < 5
}

# METADATA
# title: Whether a dataset has rows about single people
about_people(name) if count(data.catalog.datasets[name].people) > 0
