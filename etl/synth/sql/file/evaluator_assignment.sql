SELECT 'ea-' || id AS evaluator_assignment_id, evaluator_number, teacher_number(teacher) AS teacher_number,
       make_date(ends - 1, 8, 15) AS begin_date, make_date(ends, 6, 15) AS end_date
FROM (
    SELECT 0 AS part, CAST(ty AS VARCHAR) AS id, ty, y, teacher, evaluator(s, i, teachers) AS evaluator_number FROM teaching JOIN school USING (s)
    UNION ALL
    -- in each district one coach is an evaluator as well, of a teacher coached by nobody
    SELECT 1, 'c' || min(ty), min(ty), y, min(ty) // 16, coach_number(d, 0) FROM teacher_year AS t
    WHERE arm = 0 AND EXISTS (SELECT 1 FROM coached WHERE coached.d = t.d AND coached.y = t.y) GROUP BY d, y
) JOIN school_year USING (y) ORDER BY part, ty
