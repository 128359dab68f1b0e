SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'career' AS breakdown, CASE experience_band WHEN '0-3' THEN 'early' ELSE 'later' END AS category, CASE experience_band WHEN '0-3' THEN 1 ELSE 2 END AS category_order,
       CASE mix WHEN 'ai_coaching' THEN true WHEN 'workshop' THEN false END AS treated, spring - fall AS numerator, fall AS denominator
FROM growth_mix
WHERE experience_band IS NOT NULL
