SELECT 'er-' || ty AS rating_id, teacher_number(teacher) AS teacher_number, evaluator(s, i, teachers) AS evaluator_number, session AS session_id,
       make_date(ends, 6, 1) AS rated_on,
       CASE WHEN rating_score < 1.8 THEN 'ineffective' WHEN rating_score < 2.1 THEN 'developing' WHEN rating_score < 2.7 THEN 'effective' ELSE 'highly_effective' END AS rating,
       rating_score AS score
FROM teacher_year JOIN school USING (s) JOIN school_year USING (y),
LATERAL (SELECT CAST(greatest(1, least(4, (baseline + outcome) / 2 + 0.08 * z('evaluation', ty))) AS DECIMAL(5, 2)) AS rating_score)
ORDER BY ty
