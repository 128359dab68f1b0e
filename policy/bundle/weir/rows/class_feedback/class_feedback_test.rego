package weir.rows.class_feedback_test

import data.weir.rows.class_feedback

test_enough if class_feedback.include with input as {"related": {"taught": true}, "row": {"respondents": 10}}

test_too_few if not class_feedback.include with input as {"related": {"taught": true}, "row": {"respondents": 9}}

test_others_section if not class_feedback.include with input as {"related": {"taught": false}, "row": {"respondents": 30}}
