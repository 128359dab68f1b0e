# METADATA
# title: Columns in studies
# description: Outcomes that stand in the rows that tell who was treated.
package weir.columns.studies

# METADATA
# title: A study in design does not see its outcomes
# description: Columns of outcomes in datasets that hold an outcome of the protocol.
masks[name][column] contains {"mask": {"kind": "hide"}, "why": rego.metadata.rule().title} if {
	input.study.phase == "design"
	some name, columns in data.weir.config.studies.columns
	name in input.study.outcomes
	some column in columns
}
