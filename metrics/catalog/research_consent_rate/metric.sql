SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, consented AND withdrawn_on IS NULL AS numerator
FROM teacher_year
JOIN (
    SELECT teacher_key, consented, withdrawn_on, row_number() OVER (PARTITION BY teacher_key ORDER BY decided_on DESC) AS turn
    FROM research_consent
) USING (teacher_key)
WHERE turn = 1 AND session_id = (SELECT arg_max(session_id, start_date) FROM school_year)
