# METADATA
# title: Formal observations of evaluated teachers
# description: Rows of formal observations of teachers whom the principal evaluates on the day of the observation.
package weir.rows.formal

# METADATA
# title: The row is of a formal observation of a teacher evaluated by the principal
include if {
	input.related.evaluated == true
	formal
}

# METADATA
# title: The row is of a formal observation
formal if {
	input.dataset == "observation"
	input.row.type == "formal"
}

formal if {
	input.dataset == "observation_score"
	input.related.formally_observed == true
}
