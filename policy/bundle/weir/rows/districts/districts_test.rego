package weir.rows.districts_test

import data.weir.rows.districts

test_own if districts.include with input as {"principal": {"districts": ["a", "b"]}, "row": {"district_id": "b"}}

test_other if not districts.include with input as {"principal": {"districts": ["a", "b"]}, "row": {"district_id": "c"}}

test_total if not districts.include with input as {"principal": {"districts": ["a", "b"]}, "row": {"district_id": null}}
