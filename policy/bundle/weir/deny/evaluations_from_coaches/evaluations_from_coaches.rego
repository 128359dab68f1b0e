# METADATA
# title: Evaluations from coaches
# description: A coach who knows a rating no longer only coaches.
package weir.deny.evaluations_from_coaches

# METADATA
# title: Coaches never see evaluations
# description: Nothing of the evaluative compartment and nothing tagged evaluation, while coaching.
denied[name] contains rego.metadata.rule().title if {
	"coach" in data.weir.session.acting
	some name, dataset in data.catalog.datasets
	evaluative(dataset)
}

# METADATA
# title: What is evaluative
# description: By compartment or by tag.
evaluative(dataset) if dataset.compartment == "evaluative"

evaluative(dataset) if "evaluation" in dataset.tags
