package weir.rows.studied_test

import data.weir.rows.studied

test_own if studied.include with input as {"agreement": {"id": "a"}, "row": {"agreement": "a"}}

test_other if not studied.include with input as {"agreement": {"id": "a"}, "row": {"agreement": "b"}}

test_unnamed if not studied.include with input as {"agreement": {"id": "a"}, "row": {"agreement": null}}
