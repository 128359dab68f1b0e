package weir.rows.agreed_test

import data.weir.fixture
import data.weir.rows.agreed

row(dataset, start, end, consenting) := {
	"dataset": dataset,
	"period": {"start": start, "end": end},
	"related": {"consenting": consenting},
	"agreement": fixture.agreement,
}

test_within if agreed.include with input as row("teacher", "2023-08-01", "2023-08-01", true)
	with data.catalog.datasets as fixture.datasets

test_still_holding if agreed.include with input as row("teacher", "2010-08-01", null, true)
	with data.catalog.datasets as fixture.datasets

test_before if not agreed.include with input as row("teacher", "2010-08-01", "2023-07-31", true)
	with data.catalog.datasets as fixture.datasets

test_after if not agreed.include with input as row("teacher", "2024-08-01", null, true)
	with data.catalog.datasets as fixture.datasets

test_without_date if not agreed.include with input as row("teacher", null, null, true)
	with data.catalog.datasets as fixture.datasets

test_without_consent if not agreed.include with input as row("teacher", "2023-08-01", null, false)
	with data.catalog.datasets as fixture.datasets

test_not_about_teachers if agreed.include with input as row("student_outcome", "2023-08-01", "2023-08-01", false)
	with data.catalog.datasets as fixture.datasets

test_undated_dataset if agreed.include with input as row("school", null, null, false)
	with data.catalog.datasets as fixture.datasets

# studied is a row as a study in a phase asks for it.
studied(phase, dataset, start, end) := object.union(row(dataset, start, end, true), {"study": {
	"phase": phase,
	"windows": [{"from": "2023-04-01", "to": "2023-07-31"}, {"from": "2024-04-01", "to": "2024-07-31"}],
}})

test_design_sees_outcomes_before_the_window if agreed.include with input as studied("design", "observation_score", "2024-03-31", "2024-03-31")
	with data.catalog.datasets as fixture.datasets

test_design_sees_no_outcomes_in_the_window if {
	every day in ["2024-04-01", "2024-07-31"] {
		not agreed.include with input as studied("design", "observation_score", day, day)
			with data.catalog.datasets as fixture.datasets
	}
	not agreed.include with input as studied("design", "observation_score", "2024-01-01", null)
		with data.catalog.datasets as fixture.datasets
}

test_design_sees_what_is_no_outcome if agreed.include with input as studied("design", "teacher", "2023-08-01", null)
	with data.catalog.datasets as fixture.datasets

test_estimates_see_outcomes if agreed.include with input as studied("estimate", "observation_score", "2024-04-01", "2024-04-01")
	with data.catalog.datasets as fixture.datasets
