package weir.columns.studies_test

import data.weir.columns.studies
import data.weir.fixture

hidden(study) := {name: object.keys(columns) | some name, columns in masks} if {
	masks := studies.masks with input as object.union(fixture.researching, {"study": study})
}

test_outcomes_are_hidden_in_design if {
	hidden({"phase": "design", "outcomes": ["practice_change"]}) == {"practice_change": {"first_applied_on", "in_use_at_3_months"}}
}

test_the_same_dataset_as_treatment_is_shown if {
	hidden({"phase": "design", "outcomes": ["observation_score"]}) == {}
}

test_outcomes_are_shown_to_estimates_and_outside_of_studies if {
	hidden({"phase": "estimate", "outcomes": ["practice_change"]}) == {}
	count(studies.masks) == 0 with input as fixture.researching
}
