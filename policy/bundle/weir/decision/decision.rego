# METADATA
# title: Decision
# description: What a session may see of each dataset of the catalogue. What no rule grants is refused, and a refusal outdoes every grant.
package weir.decision

# METADATA
# title: Grants
# description: All grants of the acting roles, by dataset.
grants[name] contains grant if {
	some role in data.weir.session.acting
	some name, granted in data.weir.roles[role].grants
	some grant in granted
}

# METADATA
# title: Refusals
# description: All rules that refuse a dataset, by dataset.
refusals[name] contains title if {
	some rule
	some name, titles in data.weir.deny[rule].denied
	some title in titles
}

# METADATA
# title: Allowed datasets
# description: Datasets that are granted, by rows or by figures but not by both, and not refused.
allowed contains name if {
	some name, granted in grants
	not refusals[name]
	count({figures | some grant in granted; figures := object.get(grant, "figures", null)}) == 1
}

# METADATA
# title: Columns
# description: The columns that every grant of a dataset lists, with their masks. A column under several different masks is hidden.
columns[name][column] := mask if {
	some name in allowed
	some column in intersection({listed | some grant in grants[name]; listed := grant.columns})
	masks := {m | some rule; some m in data.weir.columns[rule].masks[name][column]}
	mask := one(masks)
}

# METADATA
# title: One mask
# description: The only mask of a set; show of none, hide of several.
one(masks) := {"kind": "show"} if count(masks) == 0

one(masks) := mask if {
	count(masks) == 1
	some mask in masks
}

one(masks) := {"kind": "hide"} if count(masks) > 1

# METADATA
# title: Answer
# description: The whole decision.
answer := {
	"refusal": object.get(data.weir.session, "refusal", ""),
	"purposes": data.weir.session.purposes,
	"acting": data.weir.session.acting,
	"allowed": {name: {
		"columns": columns[name],
		"rows": {grant.rows | some grant in grants[name]},
		"figures": [f | some grant in grants[name]; f := grant.figures],
		"why": {grant.why | some grant in grants[name]},
		"minimum_cell": minimum_cell,
	} |
		some name in allowed
	},
	"refused": refusals,
	"commands": {c | some role in data.weir.session.acting; some c in data.weir.config.roles[role].commands},
	"limits": {l: min({data.weir.config.roles[role].limits[l] | some role in data.weir.session.acting}) |
		some l in {"rows", "seconds", "megabytes", "statements"}
		count(data.weir.session.acting) > 0
	},
}

# METADATA
# title: Minimum cell
# description: The larger of Weir's threshold and the agreement's.
minimum_cell := max([data.weir.config.thresholds.minimum_cell, object.get(object.get(data.weir.session, "agreement", {}), "minimum_cell", 0)])
