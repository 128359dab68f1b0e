# METADATA
# title: Invariants
# description: What must hold of every answer, for all subsets of roles, purposes, agreements, datasets and columns.
package invariants

# METADATA
# title: No evaluator is granted formative data
# description: Neither a dataset nor a column of the formative compartment or tagged coaching, pd_engagement or skill_assessment, nor a mart of such.
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": column} if {
	"evaluator" in input.roles
	some name, granted in input.granted
	some column in granted.columns
	formative(data.catalog.datasets[name], column)
}

# METADATA
# title: What is formative
formative(dataset, _) if dataset.compartment == "formative"

formative(dataset, _) if {
	some tag in dataset.tags
	tag in {"coaching", "pd_engagement", "skill_assessment"}
}

formative(dataset, column) if {
	some tag in dataset.columns[column].tags
	tag in {"coaching", "pd_engagement", "skill_assessment"}
}
