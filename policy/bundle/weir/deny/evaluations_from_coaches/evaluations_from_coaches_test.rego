package weir.deny.evaluations_from_coaches_test

import data.weir.deny.evaluations_from_coaches as rule
import data.weir.fixture

evaluations := {"evaluation_rating", "mart_mixed", "mart_rating", "mart_study", "observation", "observation_score"}

test_denied_to_coaches_for_any_purpose if {
	object.keys(rule.denied) == evaluations with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["coach"], "coaching")
	object.keys(rule.denied) == evaluations with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["coach", "researcher"], "research")
}

test_a_coach_who_teaches_sees_their_own if {
	count(rule.denied) == 0 with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["coach", "teacher"], "self_service")
}

test_a_coach_who_evaluates_is_an_evaluator if {
	count(rule.denied) == 0 with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["coach", "evaluator"], "evaluation")
}
