# METADATA
# title: Direct identifiers
# description: Names, numbers and addresses of people.
package weir.columns.direct_identifiers

# METADATA
# title: Direct identifiers are hidden
# description: A column tagged direct_identifier is hidden wherever it is.
masks[name][column] contains {"mask": {"kind": "hide"}, "why": rego.metadata.rule().title} if {
	some name, dataset in data.catalog.datasets
	dataset.tags.direct_identifier
	some column, facts in dataset.columns
	facts.tags.direct_identifier
}
