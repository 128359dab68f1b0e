WITH held AS (
    SELECT teacher_key, session_id, school_year, school_id, grade_band, subject, years_experience, device_access, broadband_access,
           row_number() OVER (PARTITION BY teacher_key, session_id ORDER BY effective_from DESC) AS turn
    FROM teacher
    JOIN school_year ON effective_from <= end_date AND coalesce(effective_to, end_date) >= start_date
    WHERE role = 'teacher'
)
SELECT teacher_key, session_id, school_year, district_id, school_id, grade_band, subject,
       CASE WHEN years_experience < 4 THEN '0-3' WHEN years_experience < 10 THEN '4-9' WHEN years_experience < 20 THEN '10-19'
            WHEN years_experience >= 20 THEN '20+' END AS experience_band,
       years_experience, device_access,
       CASE WHEN broadband_access THEN 'yes' WHEN NOT broadband_access THEN 'no' END AS broadband_access
FROM held
JOIN school USING (school_id)
WHERE turn = 1
