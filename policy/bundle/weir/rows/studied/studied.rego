# METADATA
# title: Rows about studies of the agreement
# description: Rows about studies that were made under the agreement of the session.
package weir.rows.studied

# METADATA
# title: The row's study was made under the agreement
include if input.row.agreement == input.agreement.id
