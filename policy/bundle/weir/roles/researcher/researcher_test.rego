package weir.roles.researcher_test

import data.weir.fixture
import data.weir.roles.researcher

test_grants_what_is_agreed if {
	agreed := json.patch(fixture.researching, [{"op": "replace", "path": "/agreement/datasets", "value": {
		"teacher": ["teacher_key", "no_such_column"],
		"no_such_dataset": ["x"],
		"staff_identity": ["family_name"],
	}}])
	grants := researcher.grants with data.catalog.datasets as fixture.datasets
		with input as agreed
	{name | some name, _ in grants} == {"mart_study", "research.study_event", "teacher"}
	{g.columns | some g in grants.teacher} == {{"teacher_key"}}
}

test_grants_nothing_without_agreement if {
	count(researcher.grants) == 0 with data.catalog.datasets as fixture.datasets
		with input as fixture.session(["researcher"], "research")
}

test_grants_studies_of_the_agreement if {
	agreed := json.patch(fixture.researching, [{"op": "replace", "path": "/agreement/datasets", "value": {}}])
	grants := researcher.grants with data.catalog.datasets as fixture.datasets
		with input as agreed
	{name: {g.rows | some g in granted} | some name, granted in grants} == {"mart_study": {"studied"}, "research.study_event": {"studied"}}
}
