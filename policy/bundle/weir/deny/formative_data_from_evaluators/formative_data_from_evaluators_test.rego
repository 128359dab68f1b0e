package weir.deny.formative_data_from_evaluators_test

import data.weir.deny.formative_data_from_evaluators as rule
import data.weir.fixture

test_denied_to_evaluators_whatever_else_they_are if {
	object.keys(rule.denied) == {"coach_assignment", "coaching_session", "data_sharing_event", "mart_coaching", "mart_mixed", "mart_sharing", "mart_study", "pd_engagement"} with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["coach", "evaluator"], "coaching")
}

test_not_denied_to_others if {
	count(rule.denied) == 0 with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["coach"], "coaching")
}
