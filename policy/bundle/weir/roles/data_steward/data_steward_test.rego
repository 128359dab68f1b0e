package weir.roles.data_steward_test

import data.weir.fixture
import data.weir.roles.data_steward

test_grants if {
	grants := data_steward.grants with data.catalog.datasets as fixture.datasets
	{name | some name, _ in grants} == {"academic_session", "coach_assignment", "evaluator_assignment", "operations.load", "school", "teacher"}
}
