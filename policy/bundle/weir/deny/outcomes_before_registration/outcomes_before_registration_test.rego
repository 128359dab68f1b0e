package weir.deny.outcomes_before_registration_test

import data.weir.deny.outcomes_before_registration as rule
import data.weir.fixture

window := {"from": "2024-04-01", "to": "2024-07-31"}

denied(study) := object.keys(found) if {
	found := rule.denied with data.catalog.datasets as fixture.datasets
		with input as object.union(fixture.researching, {"study": study})
}

test_estimates_need_a_registration if {
	denied({"phase": "estimate", "windows": [window], "registered": false}) == object.keys(fixture.datasets)
	denied({"phase": "estimate", "windows": [window], "registered": true}) == set()
}

test_unknown_phases_get_nothing if {
	denied({"phase": "peek", "windows": [window], "registered": true}) == object.keys(fixture.datasets)
}

test_design_sees_no_outcomes_without_dates if {
	found := denied({"phase": "design", "windows": [window], "registered": false})
	"student_feedback" in found
	"mart_cost" in found
	not "observation_score" in found
}

test_design_without_a_window_sees_no_outcomes if {
	"observation_score" in denied({"phase": "design", "windows": [], "registered": false})
}

test_not_denied_outside_of_studies if {
	count(rule.denied) == 0 with data.catalog.datasets as fixture.datasets
		with input as fixture.researching
}
