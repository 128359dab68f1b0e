package weir.deny.vault_test

import data.weir.deny.vault
import data.weir.fixture

test_vault if {
	object.keys(vault.denied) == {"staff_identity"} with data.catalog.datasets as fixture.datasets
}
