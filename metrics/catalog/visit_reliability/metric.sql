SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, score AS value, part AS period
FROM visit
WHERE part IN (
    SELECT arg_min(session_id, start_date)
    FROM academic_session
    WHERE type IN ('semester', 'term')
    GROUP BY parent_session_id
)
