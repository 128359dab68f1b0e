package weir.roles.coach_test

import data.weir.fixture
import data.weir.roles.coach

test_grants if {
	grants := coach.grants with data.catalog.datasets as fixture.datasets
	{name | some name, _ in grants} == {"academic_session", "coach_assignment", "coaching_session"}
	{g.rows | some g in grants.coaching_session} == {"coached"}
	{g.rows | some g in grants.coach_assignment} == {"coaches"}
	{g.rows | some g in grants.academic_session} == {"all"}
}
