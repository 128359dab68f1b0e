SELECT 'so-' || (2 * sy + part) AS outcome_id, student_number(student) AS student_number,
       CASE part WHEN 0 THEN 'Fall Screener' ELSE 'Spring Assessment' END AS assessment, tested AS subject,
       CASE part WHEN 0 THEN fall ELSE spring END AS session_id, section_id,
       CASE part WHEN 0 THEN make_date(ends - 1, 9, 10) ELSE make_date(ends, 5, 5) END AS assessed_on, grade_code(grade) AS grade,
       CAST(500 + 100 * CASE part WHEN 0 THEN prior ELSE post END AS DECIMAL(8, 2)) AS scale_score, CAST(28 AS DECIMAL(7, 3)) AS standard_error,
       CAST(100 / (1 + exp(-1.702 * CASE part WHEN 0 THEN prior ELSE post END)) AS DECIMAL(5, 2)) AS percentile,
       CASE part WHEN 1 THEN CAST(100 * (post - prior) AS DECIMAL(8, 3)) END AS growth
FROM student_year, LATERAL (SELECT unnest([0, 1]) AS part) WHERE tested IS NOT NULL ORDER BY sy, part
