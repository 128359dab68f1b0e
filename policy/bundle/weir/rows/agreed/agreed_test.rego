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
