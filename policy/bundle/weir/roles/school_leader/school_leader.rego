# METADATA
# title: School leader
# description: A school leader sees the marts of their school beside their district as a whole, and no rows about single people.
package weir.roles.school_leader

# METADATA
# title: A school leader sees the marts of their schools
# description: Marts whose tags are all on the role's list, the rows of the leader's schools, and, to compare with, those of their districts as wholes.
grants[name] contains grant if {
	some name in data.weir.marts.open_to.school_leader
	dataset := data.catalog.datasets[name]
	dataset.columns.school_id
	grant := {"rows": "schools_in_districts", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: A school leader sees reference data
# description: The shared datasets on the role's list.
grants[name] contains grant if {
	some name in data.weir.config.roles.school_leader.reference
	dataset := data.catalog.datasets[name]
	grant := {"rows": "all", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}
