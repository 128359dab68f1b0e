# METADATA
# title: The coach's own assignments
# description: Rows that name the principal as the coach.
package weir.rows.coaches

# METADATA
# title: The row's coach is the principal
include if input.row.coach_key == input.principal.staff_key
