SELECT estimate(CASE WHEN first_applied_on - learned_on <= 7 THEN 1 ELSE 0 END)
FROM practice_change JOIN pd_program USING (program_id) WHERE personalized
