SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'skill' AS breakdown, skill AS category, 0 AS category_order, self_level - benchmark_level AS value
FROM skill_assessment
JOIN calendar ON day = assessed_on
JOIN teacher_year USING (teacher_key, session_id)
