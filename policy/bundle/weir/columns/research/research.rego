# METADATA
# title: Columns in research
# description: What could point to a person is pseudonymised, coarsened or hidden.
package weir.columns.research

config := data.weir.config.research

# METADATA
# title: Listed columns
# description: The columns that the agreement lists, by dataset, with what the catalogue says of them. Each needs exactly one of the rules below.
listed[name][column] := facts if {
	"researcher" in data.weir.session.acting
	some name, columns in data.weir.session.agreement.datasets
	dataset := data.catalog.datasets[name]
	some column in columns
	facts := dataset.columns[column]
}

# METADATA
# title: Listed columns about people
# description: Those of datasets whose rows are about people.
personal[name] := columns if {
	some name, columns in listed
	count(data.catalog.datasets[name].people) > 0
}

# METADATA
# title: Researchers see keys of people as the agreement's own pseudonyms
# description: Hashed with a key of the agreement, so that data of two agreements cannot be joined.
masks[name][column] contains {"mask": config.masks.person, "why": rego.metadata.rule().title} if {
	some name, columns in listed
	some column, facts in columns
	facts.person != ""
}

# METADATA
# title: Researchers see quasi-identifiers coarsened or not at all
# description: As the table of quasi-identifiers says; what is not in it is hidden.
masks[name][column] contains {"mask": mask, "why": rego.metadata.rule().title} if {
	some name, columns in listed
	some column, facts in columns
	facts.tags.quasi_identifier
	mask := object.get(config.quasi_identifiers, column, {"kind": "hide"})
}

# METADATA
# title: Researchers see dates about people by the month
# description: Dates and timestamps in rows about people, unless they are quasi-identifiers with a rule of their own.
masks[name][column] contains {"mask": config.masks.date, "why": rego.metadata.rule().title} if {
	some name, columns in personal
	some column, facts in columns
	facts.type in {"DATE", "TIMESTAMP"}
	not facts.tags.quasi_identifier
}

# METADATA
# title: Researchers do not see which school a small school is
# description: Schools with few teachers are called by one name.
masks[name].school_id contains {"mask": mask, "why": rego.metadata.rule().title} if {
	some name, columns in listed
	columns.school_id
	population := {"dataset": "teacher", "key": "school_id", "person": "teacher_key", "minimum": data.weir.config.thresholds.small_school}
	mask := object.union(config.masks.school, {"population": population})
}

# METADATA
# title: Researchers see ids of records as pseudonyms
# description: Ids in rows about people, but for those that many people share.
masks[name][column] contains {"mask": config.masks.record, "why": rego.metadata.rule().title} if {
	some name, columns in personal
	some column, facts in columns
	facts.person == ""
	facts.type == "VARCHAR"
	endswith(column, "_id")
	not column in config.shared_ids
	column != "school_id"
}
