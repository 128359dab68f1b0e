SELECT 'ob-' || v AS observation_id, teacher_number(teacher) AS teacher_number, evaluator(s, i + k, teachers) AS observer_number,
       CASE WHEN k % 4 = 0 THEN 'formal' ELSE 'informal' END AS type, observed_on, CAST(30 + pick('visit minutes', v, 31) AS DECIMAL(6, 1)) AS minutes,
       'Classroom Practice Rubric' AS rubric, session_id
FROM visit JOIN school USING (s) ORDER BY v
