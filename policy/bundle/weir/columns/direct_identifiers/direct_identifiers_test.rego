package weir.columns.direct_identifiers_test

import data.weir.columns.direct_identifiers
import data.weir.fixture

test_hidden if {
	masks := direct_identifiers.masks with data.catalog.datasets as fixture.datasets
	hide := {{"mask": {"kind": "hide"}, "why": "Direct identifiers are hidden"}}
	masks == {"mart_named": {"name": hide}, "staff_identity": {"family_name": hide}}
}
