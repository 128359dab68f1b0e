# METADATA
# title: Evaluations from coaches
# description: A coach who knows a rating no longer only coaches.
package weir.deny.evaluations_from_coaches

# METADATA
# title: Coaches never see evaluations of others
# description: Nothing of the evaluative compartment and nothing tagged evaluation, for whichever purpose. As a teacher a coach sees their own; a coach who evaluates is an evaluator.
denied[name] contains rego.metadata.rule().title if {
	"coach" in data.weir.session.held
	not "teacher" in data.weir.session.acting
	some name, dataset in data.catalog.datasets
	evaluative(dataset)
}

# METADATA
# title: What is evaluative to coaches
# description: By compartment, which for a mart names all that it is made from, or by tag.
evaluative(dataset) if "evaluative" in split(dataset.compartment, "_")

evaluative(dataset) if dataset.tags.evaluation
