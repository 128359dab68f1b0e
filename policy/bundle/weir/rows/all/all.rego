# METADATA
# title: All rows
# description: Every row.
package weir.rows.all

# METADATA
# title: Every row is included
include := true
