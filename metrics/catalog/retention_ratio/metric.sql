SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, CASE program_kind WHEN 'micro_learning' THEN true WHEN 'workshop' THEN false END AS treated, in_use_at_3_months AS numerator
FROM strategy_learned
