SELECT quotient(estimate(CASE WHEN kind = 'micro_learning' THEN CAST(in_use_at_3_months AS INTEGER) END), estimate(CASE WHEN kind = 'workshop' THEN CAST(in_use_at_3_months AS INTEGER) END))
FROM practice_change JOIN pd_program USING (program_id)
