# METADATA
# title: District leader
# description: A district leader sees the marts of their district, and no rows about single people.
package weir.roles.district_leader

# METADATA
# title: A district leader sees the marts of their districts
# description: Marts whose tags are all on the role's list, the rows of the leader's districts.
grants[name] contains grant if {
	some name in data.weir.marts.open_to.district_leader
	dataset := data.catalog.datasets[name]
	dataset.columns.district_id
	grant := {"rows": "districts", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: A district leader sees reference data
# description: The shared datasets on the role's list.
grants[name] contains grant if {
	some name in data.weir.config.roles.district_leader.reference
	dataset := data.catalog.datasets[name]
	grant := {"rows": "all", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}
