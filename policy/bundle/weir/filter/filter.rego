# METADATA
# title: Filter
# description: Which rows of a dataset a session sees. It is evaluated partially, with the row unknown.
package weir.filter

# METADATA
# title: A row is included by any of the dataset's row rules
include if {
	some rule in input.rules
	data.weir.rows[rule].include == true
}
