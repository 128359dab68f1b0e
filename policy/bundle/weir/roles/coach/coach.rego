# METADATA
# title: Coach
# description: A coach sees the coaching data of the teachers whom they coach, of the days on which they coach them.
package weir.roles.coach

# METADATA
# title: A coach sees coaching data of the teachers they coach
# description: Formative datasets that are tagged coaching, the rows of teachers whom the coach is assigned to on the row's day.
grants[name] contains grant if {
	some name, dataset in data.catalog.datasets
	dataset.compartment == "formative"
	not dataset.derived
	dataset.tags.coaching
	dataset.columns.teacher_key
	grant := {"rows": "coached", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: A coach sees their own assignments
# description: The rows of coach_assignment that name the coach.
grants.coach_assignment contains grant if {
	dataset := data.catalog.datasets.coach_assignment
	grant := {"rows": "coaches", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: A coach sees reference data
# description: The shared datasets on the role's list.
grants[name] contains grant if {
	some name in data.weir.config.roles.coach.reference
	dataset := data.catalog.datasets[name]
	grant := {"rows": "all", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}
