# METADATA
# title: Coach
# description: A coach sees the coaching data of the teachers whom they coach, of the days on which they coach them.
package weir.roles.coach

# METADATA
# title: A coach sees coaching data of the teachers they coach
# description: Formative datasets that are tagged coaching, the rows of teachers assigned to the coach on the row's day.
grants[name] contains grant if {
	some name, dataset in data.catalog.datasets
	dataset.compartment == "formative"
	not dataset.derived
	"coaching" in dataset.tags
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
