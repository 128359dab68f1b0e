# METADATA
# title: Rows of the principal's schools
# description: Rows of schools that the principal is listed with.
package weir.rows.schools

# METADATA
# title: The row's school is one of the principal's
include if input.row.school_id in input.principal.schools
