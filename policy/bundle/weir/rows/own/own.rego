# METADATA
# title: Own rows
# description: Rows about the principal.
package weir.rows.own

# METADATA
# title: The row's teacher is the principal
include if input.row.teacher_key == input.principal.staff_key
