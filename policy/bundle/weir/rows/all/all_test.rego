package weir.rows.all_test

import data.weir.rows.all

test_every_row if all.include with input as {"row": {}}
