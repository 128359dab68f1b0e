SELECT student_key, district_id, school_id, session_id, days_present AS numerator, days_enrolled AS denominator
FROM attendance
JOIN (
    SELECT student_key, session_id, min(school_id) AS school_id
    FROM enrollment
    JOIN section USING (section_id)
    GROUP BY ALL
) USING (student_key, session_id)
JOIN school USING (school_id)
