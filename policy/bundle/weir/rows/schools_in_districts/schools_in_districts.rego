# METADATA
# title: Rows of the principal's schools in their districts
# description: Rows of schools that the principal is listed with, and rows about the districts as wholes that the principal is listed with.
package weir.rows.schools_in_districts

# METADATA
# title: The row's school is one of the principal's
include if input.row.school_id in input.principal.schools

# METADATA
# title: The row is about one of the principal's districts as a whole
include if {
	input.row.school_id == null
	input.row.district_id in input.principal.districts
}
