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
# description: A mart's name tells all compartments that it is made from.
broken contains {"invariant": rego.metadata.rule().title, "dataset": compartment, "column": ""} if {
	"evaluator" in input.roles
	some compartment in input.compartments
	"formative" in split(compartment, "_")
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
formative(dataset) if "formative" in split(dataset.compartment, "_")

formative(dataset) if {
	some tag in {"coaching", "pd_engagement", "skill_assessment"}
	dataset.tags[tag]
}
