SELECT t.teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, m.teacher_key IS NOT NULL AS numerator
FROM teacher_year AS t
LEFT JOIN (SELECT DISTINCT teacher_key, session_id FROM micro_credential JOIN calendar ON day = enrolled_on) AS m USING (teacher_key, session_id)
