package invariants

# METADATA
# title: No coach is granted evaluations of others
# description: Nothing of the evaluative compartment or tagged evaluation, but as a teacher a coach sees their own, and a coach who evaluates is an evaluator.
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": column} if {
	a_coach
	some name, granted in input.granted
	some column, _ in granted.columns
	evaluative(data.catalog.datasets[name])
}

# METADATA
# title: No coach's session attaches evaluations of others
broken contains {"invariant": rego.metadata.rule().title, "dataset": compartment, "column": ""} if {
	a_coach
	some compartment in input.compartments
	"evaluative" in split(compartment, "_")
}

# METADATA
# title: A coach asks, and neither as a teacher nor as an evaluator
a_coach if {
	"coach" in input.roles
	not "evaluator" in input.roles
	input.acting != ["teacher"]
}

# METADATA
# title: What is evaluative
evaluative(dataset) if "evaluative" in split(dataset.compartment, "_")

evaluative(dataset) if dataset.tags.evaluation
