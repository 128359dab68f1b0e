SELECT DISTINCT coach_key, t.*
FROM coach_assignment AS a
JOIN school_year AS y ON a.begin_date <= y.last_day AND coalesce(a.end_date, y.last_day) >= y.first_day
JOIN teacher_year AS t ON t.teacher_key = a.teacher_key AND t.session_id = y.session_id
