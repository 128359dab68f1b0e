SELECT t.*, program_id, kind AS program_kind, personalized, learned_on, first_applied_on, in_use_at_3_months
FROM practice_change
JOIN calendar ON day = learned_on
JOIN teacher_year AS t USING (teacher_key, session_id)
JOIN pd_program USING (program_id)
