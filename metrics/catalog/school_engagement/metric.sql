WITH monthly AS (
    SELECT p.teacher_key, t.district_id, t.school_id, month, minutes
    FROM (
        SELECT teacher_key, session_id, date_trunc('month', started_at) AS month, sum(minutes) AS minutes
        FROM pd_engagement
        JOIN calendar ON day = CAST(started_at AS DATE)
        GROUP BY ALL
    ) AS p
    JOIN teacher_year AS t USING (teacher_key, session_id)
)
SELECT teacher_key, monthly.district_id, monthly.school_id, month, minutes, kind.audience || ' ' || kind.change AS change, occurred_on
FROM monthly
CROSS JOIN (SELECT DISTINCT audience, change FROM data_sharing_event) AS kind
LEFT JOIN access_event AS e ON e.school_id = monthly.school_id AND e.audience = kind.audience AND e.change = kind.change
