SELECT number AS teacher_number, make_date(ends - 1, 8, 1) AS effective_from, make_date(ends, 7, 31) AS effective_to,
       school_id, role, grade_codes AS grades, grade_band, subject, years_experience, hire_date, credential_level, highest_degree,
       device_access, broadband_access, fte
FROM (
    SELECT 0 AS part, ty AS ord, y, teacher_number(teacher) AS number, s, 'teacher' AS role, grade_code(grade) AS grade_codes, grade_band, subject,
           experience, CASE WHEN experience = 0 THEN 'emergency' WHEN experience <= 3 THEN 'provisional' WHEN u('credential', teacher) < 0.6 THEN 'standard'
                            WHEN u('credential', teacher) < 0.9 THEN 'advanced' ELSE 'national_board' END AS credential_level,
           device AS device_access, broadband AS broadband_access,
           CASE WHEN u('fte', teacher) < 0.06 THEN 0.5 ELSE 1 END AS fte, teacher AS id
    FROM teaching
    UNION ALL
    SELECT part, ord, y, number, s, CASE part WHEN 1 THEN 'administrator' ELSE 'coach' END, NULL, NULL, NULL,
           8 + pick('staff experience', 16 * ord + part, 15) + y, 'advanced', 'personal', true, 1, 16 * ord + part
    FROM staff JOIN school_year ON y BETWEEN first_year AND last_year WHERE part > 0
) JOIN school USING (s) JOIN school_year USING (y),
LATERAL (SELECT CAST(experience AS DECIMAL(4, 1)) AS years_experience, make_date(CAST(ends - 1 - experience AS BIGINT), 8, 1) AS hire_date,
                ['bachelor', 'bachelor', 'master', 'master', 'master', 'specialist', 'doctorate'][1 + pick('degree', 4 * id + part, 7)] AS highest_degree)
ORDER BY part, ord, y
