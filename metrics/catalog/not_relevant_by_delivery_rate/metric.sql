SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'delivery' AS breakdown, delivery AS category,
       CASE delivery WHEN 'in_person' THEN 1 WHEN 'hybrid' THEN 2 WHEN 'live_online' THEN 3 ELSE 4 END AS category_order,
       not_relevant AS numerator, relevance_rated AS denominator
FROM participation
JOIN teacher_year USING (teacher_key, session_id)
WHERE relevance_rated > 0
