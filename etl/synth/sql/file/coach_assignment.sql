SELECT 'ca-' || ty AS coach_assignment_id, coach_number(coached.d, coach) AS coach_number, teacher_number, program_id,
       make_date(ends - 1, 10, 1) AS begin_date, make_date(ends, 5, 31) AS end_date
FROM coached JOIN participation USING (ty) JOIN school_year ON school_year.y = coached.y WHERE arm = 2 ORDER BY ty
