SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'designed weeks' AS breakdown,
       CASE WHEN designed_weeks < 1 THEN 'one-off' WHEN designed_weeks < 8 THEN '1-7' WHEN designed_weeks < 16 THEN '8-15' ELSE '16+' END AS category,
       CASE WHEN designed_weeks < 1 THEN 1 WHEN designed_weeks < 8 THEN 2 WHEN designed_weeks < 16 THEN 3 ELSE 4 END AS category_order,
       spring - fall AS numerator, fall AS denominator
FROM growth_mix
JOIN pd_program USING (program_id)
WHERE mix = 'workshop' AND designed_weeks IS NOT NULL
