# METADATA
# title: Vault
# description: The vault holds who people are.
package weir.deny.vault

# METADATA
# title: Nobody queries the vault
# description: Names and numbers of people are reached only by the commands made for that.
denied[name] contains rego.metadata.rule().title if {
	some name, dataset in data.catalog.datasets
	dataset.compartment == "vault"
}
