SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'coaching sessions' AS breakdown,
       CASE WHEN sessions <= 2 THEN '1-2' WHEN sessions <= 5 THEN '3-5' WHEN sessions <= 8 THEN '6-8' ELSE '9+' END AS category,
       CASE WHEN sessions <= 2 THEN 1 WHEN sessions <= 5 THEN 2 WHEN sessions <= 8 THEN 3 ELSE 4 END AS category_order,
       spring - fall AS numerator, fall AS denominator
FROM growth_mix
JOIN (SELECT teacher_key, session_id, sessions FROM coaching_year WHERE coach_type = 'human') USING (teacher_key, session_id)
WHERE mix = 'human_coaching'
