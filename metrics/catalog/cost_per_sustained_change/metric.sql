SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, program_kind, program_id, cost AS numerator, coalesce(sustained, 0) AS denominator
FROM participant_cost
LEFT JOIN (
    SELECT teacher_key, session_id, program_id, count(*) AS sustained
    FROM strategy_learned
    WHERE in_use_at_3_months
    GROUP BY ALL
) USING (teacher_key, session_id, program_id)
