# METADATA
# title: Formative data from evaluators
# description: Teachers engage with coaching only while it cannot be used against them.
package weir.deny.formative_data_from_evaluators

# METADATA
# title: Evaluators never see formative data
# description: Nothing of the formative compartment and nothing tagged coaching, pd_engagement or skill_assessment, at any level of aggregation, whatever other roles the person has.
denied[name] contains rego.metadata.rule().title if {
	"evaluator" in input.principal.roles
	some name, dataset in data.catalog.datasets
	formative(dataset)
}

# METADATA
# title: What is formative
# description: By compartment, by a tag of the dataset or by a tag of any of its columns.
formative(dataset) if dataset.compartment == "formative"

formative(dataset) if {
	some tag in dataset.tags
	tag in {"coaching", "pd_engagement", "skill_assessment"}
}

formative(dataset) if {
	some column in dataset.columns
	some tag in column.tags
	tag in {"coaching", "pd_engagement", "skill_assessment"}
}
