# METADATA
# title: The evaluator's own assignments
# description: Rows that name the principal as the evaluator.
package weir.rows.evaluates

# METADATA
# title: The row's evaluator is the principal
include if input.row.evaluator_key == input.principal.staff_key
