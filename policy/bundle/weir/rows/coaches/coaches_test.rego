package weir.rows.coaches_test

import data.weir.rows.coaches

test_own if coaches.include with input as {"principal": {"staff_key": "me"}, "row": {"coach_key": "me"}}

test_other if not coaches.include with input as {"principal": {"staff_key": "me"}, "row": {"coach_key": "other"}}

test_without_a_staff_key if not coaches.include with input as {"principal": {}, "row": {"coach_key": null}}
