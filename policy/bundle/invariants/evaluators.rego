# METADATA
# title: Invariants
# description: What must hold of every session, for all subsets of roles, purposes, with and without an agreement, over all datasets and columns. A bundle that breaks one is not loaded.
package invariants

# METADATA
# title: No evaluator is granted formative data
# description: Neither a dataset nor a column of the formative compartment or tagged coaching, pd_engagement or skill_assessment, nor a mart of such.
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": column} if {
	"evaluator" in input.roles
	some name, granted in input.granted
	some column, _ in granted.columns
	formative(data.catalog.datasets[name])
}

# METADATA
# title: No evaluator's session attaches formative data
broken contains {"invariant": rego.metadata.rule().title, "dataset": "formative", "column": ""} if {
	"evaluator" in input.roles
	"formative" in input.compartments
}

# METADATA
# title: An evaluator acts in no other role
broken contains {"invariant": rego.metadata.rule().title, "dataset": "", "column": ""} if {
	"evaluator" in input.roles
	some role in input.acting
	role != "evaluator"
}

# METADATA
# title: What is formative
formative(dataset) if dataset.compartment == "formative"

formative(dataset) if {
	some tag in {"coaching", "pd_engagement", "skill_assessment"}
	dataset.tags[tag]
}
