package weir.roles.district_leader_test

import data.weir.fixture
import data.weir.roles.district_leader

test_grants if {
	grants := district_leader.grants with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["district_leader"], "school_improvement")
	{name: rows |
		some name, granted in grants
		rows := {g.rows | some g in granted}
	} == {
		"academic_session": {"all"},
		"mart_coaching": {"districts"},
		"mart_cost": {"districts"},
		"mart_mixed": {"districts"},
		"mart_sharing": {"districts"},
		"mart_study": {"districts"},
		"school": {"all"},
	}
}
