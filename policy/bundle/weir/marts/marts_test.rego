package weir.marts_test

import data.weir.fixture
import data.weir.marts

entry := {"tags": ["coaching"], "k": 20, "until": "2025-06-01", "reason": "the board publishes it"}

test_marts_by_tags if {
	marts.open_to == {"evaluator": {"mart_mixed", "mart_rating"}} with input as fixture.session(["evaluator"], "evaluation")
		with data.catalog.datasets as fixture.datasets
}

test_marts_about_people_and_named_ones_stay_shut if {
	marts.open_to.district_leader == {"mart_coaching", "mart_cost", "mart_mixed", "mart_rating", "mart_sharing", "mart_study"} with input as fixture.session(["district_leader"], "pd_roi_review")
		with data.catalog.datasets as fixture.datasets
}

test_declassified_tags_do_not_count if {
	marts.remaining.mart_coaching == {"cost"} with input as fixture.session(["coach"], "coaching")
		with data.catalog.datasets as fixture.datasets
		with data.weir.config.marts.declassified as {"mart_coaching": entry}
	marts.remaining.mart_coaching == {"coaching", "cost"} with input as fixture.session(["coach"], "coaching")
		with data.catalog.datasets as fixture.datasets
}

test_declassification_needs_time_reason_and_people if {
	every change in [{"until": "2025-05-31"}, {"reason": ""}, {"k": 9}] {
		count(marts.declassified) == 0 with input as fixture.session([], "coaching")
			with data.weir.config.marts.declassified as {"mart_coaching": object.union(entry, change)}
	}
}

test_a_mart_without_tags_stays_shut if {
	not "mart_x" in marts.open_to.district_leader with input as fixture.session(["district_leader"], "pd_roi_review")
		with data.catalog.datasets as object.union(fixture.datasets, {"mart_x": fixture.mart("mart_core", [], {"district_id": fixture.plain})})
}
