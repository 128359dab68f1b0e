SELECT quotient(estimate(CASE WHEN personalized THEN satisfaction_rating END), estimate(CASE WHEN NOT personalized THEN satisfaction_rating END))
FROM pd_engagement JOIN pd_program USING (program_id)
