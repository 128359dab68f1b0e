package weir.rows.coached_test

import data.weir.rows.coached

test_related if coached.include with input as {"related": {"coached": true}}

test_not_related if not coached.include with input as {"related": {"coached": false}}
