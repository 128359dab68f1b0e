SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, coalesce(cost, 0) AS numerator, changed_practice AS denominator
FROM survey_answer
LEFT JOIN (
    SELECT teacher_key, session_id, CAST(sum(CAST(cost AS DECIMAL(18, 6))) AS DOUBLE) AS cost
    FROM participant_cost
    GROUP BY ALL
) USING (teacher_key, session_id)
WHERE changed_practice IS NOT NULL
