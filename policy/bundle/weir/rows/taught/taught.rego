# METADATA
# title: Rows of taught sections
# description: Rows of sections that the principal teaches.
package weir.rows.taught

# METADATA
# title: The row's section is taught by the principal
include if input.related.taught == true
