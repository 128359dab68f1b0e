SELECT slope(spring / fall - 1, sessions) FROM teacher_year
JOIN (SELECT teacher_number, year(held_at + INTERVAL 4 MONTH) AS ends, count(*) AS sessions FROM coaching_session JOIN person USING (teacher_email) WHERE coach_type = 'human' GROUP BY ALL)
USING (teacher_number, ends) WHERE kinds = 'human_coaching'
