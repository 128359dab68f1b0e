# METADATA
# title: Class feedback
# description: Feedback on sections that the principal teaches, where enough students answered.
package weir.rows.class_feedback

# METADATA
# title: The row's section is taught by the principal and enough students answered
include if {
	input.related.taught == true
	input.row.respondents >= data.weir.config.thresholds.minimum_cell
}
