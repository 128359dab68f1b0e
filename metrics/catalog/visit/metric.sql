SELECT t.*, o.observation_id, o.observed_on, o.minutes, o.session_id AS part, score
FROM observation AS o
JOIN calendar ON day = o.observed_on
JOIN teacher_year AS t ON t.teacher_key = o.teacher_key AND t.session_id = calendar.session_id
JOIN (
    SELECT observation_id, round(avg(CAST(1 + 3 * (score - scale_min) / nullif(scale_max - scale_min, 0) AS DECIMAL(18, 9))), 9) AS score
    FROM observation_score
    GROUP BY observation_id
) USING (observation_id)
