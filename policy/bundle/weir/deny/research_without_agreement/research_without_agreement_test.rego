package weir.deny.research_without_agreement_test

import data.weir.deny.research_without_agreement as rule
import data.weir.fixture

test_denied if {
	object.keys(rule.denied) == object.keys(fixture.datasets) with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["researcher"], "research")
}

test_not_denied_with_an_agreement if {
	count(rule.denied) == 0 with data.catalog.datasets as fixture.datasets
		with input as fixture.researching
}
