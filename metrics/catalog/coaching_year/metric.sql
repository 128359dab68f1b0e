SELECT t.*, coach_type, sessions
FROM (
    SELECT teacher_key, session_id, coach_type, count(*) AS sessions
    FROM coaching_session
    JOIN calendar ON day = CAST(held_at AS DATE)
    GROUP BY ALL
) AS c
JOIN teacher_year AS t USING (teacher_key, session_id)
