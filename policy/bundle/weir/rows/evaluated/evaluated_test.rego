package weir.rows.evaluated_test

import data.weir.rows.evaluated

test_related if evaluated.include with input as {"related": {"evaluated": true}}

test_not_related if not evaluated.include with input as {"related": {"evaluated": false}}
