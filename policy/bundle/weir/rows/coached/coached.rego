# METADATA
# title: Rows of coached teachers
# description: Rows of teachers whom the principal coaches on the row's day.
package weir.rows.coached

# METADATA
# title: The row's teacher is coached by the principal
include if input.related.coached == true
