# METADATA
# title: Single people from overseers
# description: Who leads or oversees sees figures, not people.
package weir.deny.people_from_overseers

# METADATA
# title: Leaders and privacy officers see no rows about single people
# description: Nothing with a key of a teacher, another member of staff or a student.
denied[name] contains rego.metadata.rule().title if {
	some role in {"district_leader", "privacy_officer", "school_leader"}
	role in data.weir.session.acting
	some name, dataset in data.catalog.datasets
	count(dataset.people) > 0
}
