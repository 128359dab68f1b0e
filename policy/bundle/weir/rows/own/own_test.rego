package weir.rows.own_test

import data.weir.rows.own

test_own if own.include with input as {"principal": {"staff_key": "me"}, "row": {"teacher_key": "me"}}

test_other if not own.include with input as {"principal": {"staff_key": "me"}, "row": {"teacher_key": "other"}}

test_without_a_staff_key if not own.include with input as {"principal": {}, "row": {"teacher_key": null}}
