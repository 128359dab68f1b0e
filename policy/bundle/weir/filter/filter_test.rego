package weir.filter_test

import data.weir.filter

test_any_rule_suffices if filter.include with input as {"rules": ["own", "all"], "row": {"teacher_key": "other"}, "principal": {"staff_key": "me"}}

test_unknown_rule if not filter.include with input as {"rules": ["no_such_rule"]}

test_no_rule if not filter.include with input as {"rules": []}
