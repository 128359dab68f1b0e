# METADATA
# title: Privacy officer
# description: A privacy officer sees who saw what and under which rules, and no data about people.
package weir.roles.privacy_officer

# METADATA
# title: A privacy officer sees the audit log and governance data
# description: Datasets of the audit log or tagged governance.
grants[name] contains grant if {
	some name, dataset in data.catalog.datasets
	overseen(dataset)
	grant := {"rows": "all", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: What privacy officers oversee
overseen(dataset) if dataset.compartment == "audit_log"

overseen(dataset) if {
	dataset.tags.governance
	not dataset.derived # figures that were made with governance data are for leaders
}
