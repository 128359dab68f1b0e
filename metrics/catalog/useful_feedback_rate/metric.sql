SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'coach: session' AS breakdown, coach_type || ': ' || kind AS category,
       CASE coach_type WHEN 'human' THEN 10 ELSE 20 END
           + CASE kind WHEN 'lesson_plan_feedback' THEN 1 WHEN 'observation_video' THEN 2 WHEN 'reflective_prompt' THEN 3 ELSE 4 END AS category_order,
       count(*) FILTER (WHERE usefulness_rating >= 4) AS numerator, count(*) AS denominator
FROM coaching_session
JOIN calendar ON day = CAST(held_at AS DATE)
JOIN teacher_year USING (teacher_key, session_id)
WHERE usefulness_rating IS NOT NULL
GROUP BY ALL
