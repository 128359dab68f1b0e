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
		"mart_coaching": {"schools_in_districts"},
		"mart_cost": {"schools_in_districts"},
		"mart_mixed": {"schools_in_districts"},
		"mart_rating": {"schools_in_districts"},
		"mart_sharing": {"schools_in_districts"},
		"school": {"all"},
	}
}
