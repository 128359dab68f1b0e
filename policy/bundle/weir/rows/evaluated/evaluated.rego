# METADATA
# title: Rows of evaluated teachers
# description: Rows of teachers whom the principal evaluates on the row's day.
package weir.rows.evaluated

# METADATA
# title: The row's teacher is evaluated by the principal
include if input.related.evaluated == true
