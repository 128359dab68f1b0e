# METADATA
# title: Formative data from evaluators
# description: Teachers engage with coaching only while it cannot be used against them.
package weir.deny.formative_data_from_evaluators

# METADATA
# title: Evaluators never see formative data
# description: Nothing of the formative compartment and nothing tagged coaching, pd_engagement or skill_assessment, at any level of aggregation and declassified or not, whatever other roles the person has.
denied[name] contains rego.metadata.rule().title if {
	"evaluator" in input.principal.roles
	some name, dataset in data.catalog.datasets
	formative(dataset)
}

# METADATA
# title: What is formative to evaluators
# description: By compartment, which for a mart names all that it is made from, or by tag.
formative(dataset) if "formative" in split(dataset.compartment, "_")

formative(dataset) if {
	some tag in {"coaching", "pd_engagement", "skill_assessment"}
	dataset.tags[tag]
}
