package weir.roles.school_leader_test

import data.weir.fixture
import data.weir.roles.school_leader

test_grants if {
	grants := school_leader.grants with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["school_leader"], "school_improvement")
	{name: rows |
		some name, granted in grants
		rows := {g.rows | some g in granted}
	} == {
		"academic_session": {"all"},
		"mart_coaching": {"schools"},
		"mart_cost": {"schools"},
		"mart_rating": {"schools"},
		"school": {"all"},
	}
}
