package weir.roles.privacy_officer_test

import data.weir.fixture
import data.weir.roles.privacy_officer

test_grants if {
	grants := privacy_officer.grants with data.catalog.datasets as fixture.datasets
	{name | some name, _ in grants} == {"audit.decisions", "data_sharing_event"}
}
