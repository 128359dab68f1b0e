package weir.roles.teacher_test

import data.weir.fixture
import data.weir.roles.teacher

test_grants if {
	grants := teacher.grants with data.catalog.datasets as fixture.datasets
	{name: rows |
		some name, granted in grants
		rows := {g.rows | some g in granted}
	} == {
		"academic_session": {"all"},
		"coach_assignment": {"own"},
		"coaching_session": {"own"},
		"evaluation_rating": {"own"},
		"evaluator_assignment": {"own"},
		"mart_teacher": {"own"},
		"observation": {"own"},
		"observation_score": {"own"},
		"pd_engagement": {"own"},
		"school": {"all"},
		"student_feedback": {"class_feedback"},
		"student_outcome": {"taught"},
		"teacher": {"own"},
	}
	{g.figures.minimum | some g in grants.student_outcome} == {10}
}
