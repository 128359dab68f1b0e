package weir.deny.people_from_overseers_test

import data.weir.deny.people_from_overseers as rule
import data.weir.fixture

test_denied if {
	every role, purpose in {"district_leader": "pd_roi_review", "privacy_officer": "privacy_audit", "school_leader": "school_improvement"} {
		denied := object.keys(rule.denied) with data.catalog.datasets as fixture.datasets
			with input as fixture.session([role], purpose)
		denied == {name | some name, d in fixture.datasets; count(d.people) > 0}
	}
}

test_not_denied_to_others if {
	count(rule.denied) == 0 with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["school_leader", "teacher"], "self_service")
}
