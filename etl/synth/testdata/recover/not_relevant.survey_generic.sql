SELECT estimate(CAST(relevance <= 2 AS INTEGER)) FROM survey
WHERE NOT EXISTS (FROM took JOIN pd_program USING (program_id) WHERE personalized AND took.teacher_number = survey.teacher_number AND took.ends = survey.ends)
