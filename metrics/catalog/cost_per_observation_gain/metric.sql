SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, CASE WHEN treated THEN program_kind ELSE '*' END AS program_kind, treated, spring - fall AS value, fall AS baseline, cost
FROM workshop_comparison
