package invariants

# METADATA
# title: Nobody is granted the vault
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": column} if {
	some name, granted in input.granted
	data.catalog.datasets[name].compartment == "vault"
	some column, _ in granted.columns
}

# METADATA
# title: No session attaches the vault
broken contains {"invariant": rego.metadata.rule().title, "dataset": "vault", "column": ""} if "vault" in input.compartments

# METADATA
# title: Only data stewards command the vault
broken contains {"invariant": rego.metadata.rule().title, "dataset": "", "column": ""} if {
	"vault" in input.commands
	not "data_steward" in input.acting
}

# METADATA
# title: No direct identifier is granted
broken contains {"invariant": rego.metadata.rule().title, "dataset": name, "column": column} if {
	some name, granted in input.granted
	some column, _ in granted.columns
	data.catalog.datasets[name].columns[column].tags.direct_identifier
}
