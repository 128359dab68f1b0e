# METADATA
# title: Data steward
# description: A data steward runs loads and mends rosters. Data about teaching is not theirs to see.
package weir.roles.data_steward

# METADATA
# title: A data steward sees core
# description: All datasets of the core compartment.
grants[name] contains grant if {
	some name, dataset in data.catalog.datasets
	dataset.compartment == "core"
	not dataset.derived
	grant := {"rows": "all", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}

# METADATA
# title: A data steward sees how the warehouse runs
# description: Loads, quarantine by rule, snapshots and times of statements, all counted. Nobody's name is in it.
grants[name] contains grant if {
	some name, dataset in data.catalog.datasets
	dataset.compartment == "operations_log"
	grant := {"rows": "all", "columns": object.keys(dataset.columns), "why": rego.metadata.rule().title}
}
