SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'skill level' AS breakdown, CASE WHEN level < 2.5 THEN 'low' WHEN level < 3.5 THEN 'middle' ELSE 'high' END AS category,
       CASE WHEN level < 2.5 THEN 1 WHEN level < 3.5 THEN 2 ELSE 3 END AS category_order, coalesce(personalized, false) AS numerator
FROM (
    SELECT teacher_key, session_id, avg(benchmark_level) AS level
    FROM skill_assessment
    JOIN calendar ON day = assessed_on
    WHERE benchmark_level IS NOT NULL
    GROUP BY ALL
) AS assessed
JOIN teacher_year USING (teacher_key, session_id)
LEFT JOIN program_mix USING (teacher_key, session_id)
