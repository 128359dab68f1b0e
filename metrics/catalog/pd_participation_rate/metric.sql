SELECT teacher_year.teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, p.teacher_key IS NOT NULL AS numerator
FROM teacher_year
LEFT JOIN (SELECT DISTINCT teacher_key, session_id FROM participation) AS p USING (teacher_key, session_id)
