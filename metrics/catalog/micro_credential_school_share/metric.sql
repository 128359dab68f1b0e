SELECT district_id, school_id, session_id, bool_or(m.teacher_key IS NOT NULL) AS numerator
FROM teacher_year
LEFT JOIN (SELECT DISTINCT teacher_key, session_id FROM micro_credential JOIN calendar ON day = enrolled_on) AS m USING (teacher_key, session_id)
GROUP BY ALL
