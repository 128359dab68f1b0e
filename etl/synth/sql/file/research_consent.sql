SELECT teacher_number(teacher) AS teacher_number, decided_on, u('consent', teacher) < 0.82 AS consented,
       CASE WHEN consented AND u('withdraws', teacher) < 0.03 THEN decided_on + 200 END AS withdrawn_on
FROM (SELECT teacher, min(y) AS y FROM teaching GROUP BY teacher) JOIN school_year USING (y),
LATERAL (SELECT make_date(ends - 1, 9, 15) + CAST(pick('decided', teacher, 30) AS INTEGER) AS decided_on)
ORDER BY teacher
