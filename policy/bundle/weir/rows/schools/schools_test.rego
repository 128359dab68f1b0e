package weir.rows.schools_test

import data.weir.rows.schools

test_own if schools.include with input as {"principal": {"schools": ["a", "b"]}, "row": {"school_id": "b"}}

test_other if not schools.include with input as {"principal": {"schools": ["a", "b"]}, "row": {"school_id": "c"}}

test_total if not schools.include with input as {"principal": {"schools": ["a", "b"]}, "row": {"school_id": null}}
