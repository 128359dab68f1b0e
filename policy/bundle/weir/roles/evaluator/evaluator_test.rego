package weir.roles.evaluator_test

import data.weir.fixture
import data.weir.roles.evaluator

test_grants if {
	grants := evaluator.grants with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["evaluator"], "evaluation")
	{name: rows |
		some name, granted in grants
		rows := {g.rows | some g in granted}
	} == {
		"academic_session": {"all"},
		"evaluation_rating": {"evaluated"},
		"evaluator_assignment": {"evaluates"},
		"mart_mixed": {"schools"}, # refused by formative_data_from_evaluators
		"mart_rating": {"schools"},
		"observation": {"formal"},
		"observation_score": {"formal"},
		"school": {"all"},
		"teacher": {"evaluated"},
	}
}
