SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'coach' AS breakdown, coach_type AS category, CASE coach_type WHEN 'human' THEN 1 ELSE 2 END AS category_order, sessions AS value
FROM coaching_year
