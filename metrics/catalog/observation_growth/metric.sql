WITH part AS (
    SELECT session_id AS part, parent_session_id AS session_id,
           row_number() OVER (PARTITION BY parent_session_id ORDER BY start_date) AS first,
           row_number() OVER (PARTITION BY parent_session_id ORDER BY start_date DESC) AS last
    FROM academic_session
    WHERE type IN ('semester', 'term')
)
SELECT t.*, fall, spring
FROM (
    SELECT teacher_key, session_id, round(avg(CAST(score AS DECIMAL(18, 9))) FILTER (WHERE first = 1), 9) AS fall,
           round(avg(CAST(score AS DECIMAL(18, 9))) FILTER (WHERE last = 1), 9) AS spring
    FROM visit
    JOIN part USING (part, session_id)
    WHERE first <> last
    GROUP BY ALL
) AS scored
JOIN teacher_year AS t USING (teacher_key, session_id)
WHERE fall > 0 AND spring IS NOT NULL
