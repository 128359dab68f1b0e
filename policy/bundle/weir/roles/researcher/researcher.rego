# METADATA
# title: Researcher
# description: A researcher sees what an agreement lists, under pseudonyms, of teachers who consent.
package weir.roles.researcher

# METADATA
# title: A researcher sees what the agreement lists
# description: The datasets and columns of the agreement, rows of its dates, without teachers who do not consent to research.
grants[name] contains grant if {
	some name, columns in data.weir.session.agreement.datasets
	dataset := data.catalog.datasets[name]
	dataset.compartment in data.weir.config.research.compartments
	grant := {
		"rows": "agreed",
		"columns": {c | some c in columns; dataset.columns[c]},
		"why": rego.metadata.rule().title,
	}
}
