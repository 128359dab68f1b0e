# METADATA
# title: Columns in research
# description: What could point to a person is pseudonymised, coarsened or hidden.
package weir.columns.research

config := data.weir.config.research

# METADATA
# title: Listed columns
# description: The columns that the agreement lists, by dataset. Each needs exactly one of the rules below.
listed[name] contains column if {
	"researcher" in data.weir.session.acting
	some name, columns in data.weir.session.agreement.datasets
	some column in columns
	data.catalog.datasets[name].columns[column]
}

# METADATA
# title: Researchers see keys of people as the agreement's own pseudonyms
# description: Hashed with a key of the agreement, so that data of two agreements cannot be joined.
masks[name][column] contains {"mask": config.masks.person, "why": rego.metadata.rule().title} if {
	some name, columns in listed
	some column in columns
	data.catalog.datasets[name].columns[column].person != ""
}

# METADATA
# title: Researchers see quasi-identifiers coarsened or not at all
# description: As the table of quasi-identifiers says; what is not in it is hidden.
masks[name][column] contains {"mask": mask, "why": rego.metadata.rule().title} if {
	some name, columns in listed
	some column in columns
	data.catalog.datasets[name].columns[column].tags.quasi_identifier
	mask := object.get(config.quasi_identifiers, column, {"kind": "hide"})
}

# METADATA
# title: Researchers see dates about people by the month
# description: Dates and timestamps in rows about people, unless they are quasi-identifiers with a rule of their own.
masks[name][column] contains {"mask": config.masks.date, "why": rego.metadata.rule().title} if {
	some name, columns in listed
	some column in columns
	dataset := data.catalog.datasets[name]
	count(dataset.people) > 0
	dataset.columns[column].type in {"DATE", "TIMESTAMP"}
	not dataset.columns[column].tags.quasi_identifier
}

# METADATA
# title: Researchers do not see which school a small school is
# description: Schools with few teachers are called by one name.
masks[name].school_id contains {"mask": mask, "why": rego.metadata.rule().title} if {
	some name, columns in listed
	"school_id" in columns
	population := {"dataset": "teacher", "key": "school_id", "person": "teacher_key", "minimum": data.weir.config.thresholds.small_school}
	mask := object.union(config.masks.school, {"population": population})
}

# METADATA
# title: Researchers see ids of records as pseudonyms
# description: Ids in rows about people, but for those that many people share.
masks[name][column] contains {"mask": config.masks.record, "why": rego.metadata.rule().title} if {
	some name, columns in listed
	some column in columns
	dataset := data.catalog.datasets[name]
	count(dataset.people) > 0
	dataset.columns[column].person == ""
	dataset.columns[column].type == "VARCHAR"
	endswith(column, "_id")
	not column in config.shared_ids
	column != "school_id"
}
