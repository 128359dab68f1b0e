package weir.rows.taught_test

import data.weir.rows.taught

test_related if taught.include with input as {"related": {"taught": true}}

test_not_related if not taught.include with input as {"related": {"taught": false}}
