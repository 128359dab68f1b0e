# METADATA
# title: Evaluator
# description: An evaluator sees the teachers assigned to them and those teachers' own formal observations and ratings, of the days of the assignment.
package weir.roles.evaluator

# METADATA
# title: An evaluator sees the teachers they evaluate and their ratings
# description: Rows of teachers assigned to the evaluator on a day for which the row holds.
grants[name] contains grant if {
	some name in {"teacher", "evaluation_rating"}
	dataset := data.catalog.datasets[name]
	grant := {"rows": "evaluated", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: An evaluator sees formal observations of the teachers they evaluate
# description: Formal observations and their scores, of teachers assigned to the evaluator on the day of the observation.
grants[name] contains grant if {
	some name in {"observation", "observation_score"}
	dataset := data.catalog.datasets[name]
	grant := {"rows": "formal", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: An evaluator sees their own assignments
# description: The rows of evaluator_assignment that name the evaluator.
grants.evaluator_assignment contains grant if {
	dataset := data.catalog.datasets.evaluator_assignment
	grant := {"rows": "evaluates", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: An evaluator sees marts without formative data
# description: Marts of the evaluator's schools whose tags are all on the role's list.
grants[name] contains grant if {
	some name in data.weir.marts.open_to.evaluator
	dataset := data.catalog.datasets[name]
	dataset.columns.school_id
	grant := {"rows": "schools", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: An evaluator sees reference data
# description: The shared datasets on the role's list.
grants[name] contains grant if {
	some name in data.weir.config.roles.evaluator.reference
	dataset := data.catalog.datasets[name]
	grant := {"rows": "all", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}
