# METADATA
# title: Rows of the principal's districts
# description: Rows of districts that the principal is listed with.
package weir.rows.districts

# METADATA
# title: The row's district is one of the principal's
include if input.row.district_id in input.principal.districts
