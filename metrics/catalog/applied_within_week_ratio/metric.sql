SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, CASE WHEN personalized THEN true WHEN program_kind = 'workshop' THEN false END AS treated,
       coalesce(first_applied_on <= learned_on + 7, false) AS numerator
FROM strategy_learned
