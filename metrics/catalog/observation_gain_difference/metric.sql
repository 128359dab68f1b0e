SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'programs taken' AS breakdown, CASE mix WHEN 'workshop' THEN '*' ELSE mix END AS category, 0 AS category_order, mix <> 'workshop' AS treated, spring - fall AS numerator, fall AS denominator
FROM growth_mix
