SELECT estimate(CAST(in_use_at_3_months AS INTEGER)) FROM practice_change JOIN pd_program USING (program_id) WHERE kind = 'micro_learning'
