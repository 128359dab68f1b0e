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
	refused := refusals
	some name, granted in grants
	not refused[name]
	count({figures | some grant in granted; figures := object.get(grant, "figures", null)}) == 1
}

# METADATA
# title: Columns
# description: The columns that every grant of a dataset lists, with their masks and the rules that set them.
columns[name] := object.union(shown, masked) if {
	all_masks := masks
	some name in allowed
	listed := intersection({{c | some c in grant.columns} | some grant in grants[name]})
	shown := {c: {"mask": {"kind": "show"}, "why": []} | some c in listed}
	masked := {c: {"mask": one({f.mask | some f in found}), "why": {f.why | some f in found}} |
		some c, found in all_masks[name]
		c in listed
	}
}

# METADATA
# title: Masks
# description: All masks of a column with the rules that set them, by dataset and column.
masks[name][column] contains entry if {
	some rule
	some name, masked in data.weir.columns[rule].masks
	some column, found in masked
	some entry in found
}

# METADATA
# title: One mask
# description: The only mask of a set, or hide when there are several.
one(found) := mask if {
	count(found) == 1
	some mask in found
}

one(found) := {"kind": "hide"} if count(found) > 1

# METADATA
# title: Answer
# description: The whole decision.
answer := {
	"refusal": data.weir.session.refusal,
	"purposes": data.weir.session.purposes,
	"acting": data.weir.session.acting,
	"allowed": {name: {
		"columns": columns[name],
		"rows": {grant.rows | some grant in grants[name]},
		"figures": [f | some grant in grants[name]; f := grant.figures],
		"why": {grant.why | some grant in grants[name]},
		"minimum_cell": minimum_cell(name),
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
# description: The largest of Weir's threshold, the agreement's and the declassification's.
minimum_cell(name) := max(((agreed | {n | n := data.weir.marts.declassified[name].k}) | {data.weir.config.thresholds.minimum_cell}))

# METADATA
# title: Agreed minimum cell
# description: The agreement's, if there is one.
agreed contains data.weir.session.agreement.minimum_cell
