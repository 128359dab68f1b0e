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

# METADATA
# title: A researcher sees the studies of their agreement
# description: What was done with studies under the agreement, from the audit log, and what marts have of those that were released.
grants[name] contains grant if {
	data.weir.session.agreement
	some name, dataset in data.catalog.datasets
	about_studies(dataset)
	grant := {"rows": "studied", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: What is about studies
about_studies(dataset) if dataset.compartment == "research_log"

about_studies(dataset) if {
	dataset.derived
	count(dataset.people) == 0
	dataset.columns.study
	dataset.columns.agreement
}
