SELECT 'sk-' || id AS skill_assessment_id, mail(teacher_number(teacher)) AS teacher_email,
       ['questioning', 'feedback', 'differentiation', 'classroom_climate'][1 + pick('skill', ty, 4)] AS skill,
       CASE part WHEN 0 THEN make_date(ends - 1, 9, 20) ELSE make_date(ends, 5, 10) END AS assessed_on,
       rating('self level', id, 0.55 + 0.05 * part) AS self_level, rating('benchmark level', id, 0.45 + 0.05 * part) AS benchmark_level
FROM teaching JOIN school_year USING (y), LATERAL (SELECT unnest([0, 1]) AS part), LATERAL (SELECT 2 * ty + part AS id)
WHERE u('assessed', ty) < 0.6 ORDER BY id
