# METADATA
# title: Marts
# description: Which derived datasets each role may see. A mart carries the tags of all that it is made from.
package weir.marts

# METADATA
# title: Declassification
# description: The declassification of a mart, while it runs and gives a reason.
declassified[name] := entry if {
	some name, entry in data.weir.config.marts.declassified
	input.on <= entry.until
	entry.reason != ""
	entry.k >= data.weir.config.thresholds.minimum_cell
}

# METADATA
# title: Remaining tags
# description: A mart's tags without those that are declassified.
remaining[name] := tags if {
	some name, dataset in data.catalog.datasets
	dataset.derived
	tags := object.keys(dataset.tags) - {t | some t in declassified[name].tags}
}

# METADATA
# title: Open marts
# description: For each role, the marts about no single person whose remaining tags are all on the role's list. A mart that carries no tag at all was not classified, and stays shut.
open_to[role] contains name if {
	some role in data.weir.session.acting
	open := {t | some t in data.weir.config.roles[role].marts}
	some name, tags in remaining
	dataset := data.catalog.datasets[name]
	count(dataset.people) == 0
	count(dataset.tags) > 0
	count(tags - open) == 0
}
