SELECT student_number(student) AS student_number, session AS session_id, days_enrolled,
       CAST(round(2 * days_enrolled * least(1, 0.94 + 0.03 * z('attendance', sy))) / 2 AS DECIMAL(5, 1)) AS days_present
FROM student_year, LATERAL (SELECT CASE WHEN u('enrolled late', sy) < 0.05 THEN 90 + pick('days', sy, 90) ELSE 180 END AS days_enrolled)
ORDER BY sy
