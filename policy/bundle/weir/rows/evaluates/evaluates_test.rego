package weir.rows.evaluates_test

import data.weir.rows.evaluates

test_own if evaluates.include with input as {"principal": {"staff_key": "me"}, "row": {"evaluator_key": "me"}}

test_other if not evaluates.include with input as {"principal": {"staff_key": "me"}, "row": {"evaluator_key": "other"}}

test_without_a_staff_key if not evaluates.include with input as {"principal": {}, "row": {"evaluator_key": null}}
