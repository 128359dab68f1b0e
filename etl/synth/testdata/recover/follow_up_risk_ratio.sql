SELECT quotient(estimate(CASE WHEN followed_up THEN CAST(changed_practice AS INTEGER) END), estimate(CASE WHEN NOT followed_up THEN CAST(changed_practice AS INTEGER) END))
FROM survey JOIN (SELECT teacher_number, ends, bool_or(follow_up) AS followed_up FROM took JOIN pd_program USING (program_id) GROUP BY ALL) USING (teacher_number, ends)
