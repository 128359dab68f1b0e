SELECT t.teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, coalesce(visits, 0) AS value
FROM teacher_year AS t
LEFT JOIN (SELECT teacher_key, session_id, count(*) AS visits FROM visit GROUP BY ALL) USING (teacher_key, session_id)
