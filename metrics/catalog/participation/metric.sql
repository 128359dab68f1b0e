SELECT teacher_key, session_id, program_id, delivery, count(*) AS activities, sum(minutes) AS minutes,
       count(*) FILTER (WHERE completed) AS completed, coalesce(sum(minutes) FILTER (WHERE completed), 0) AS completed_minutes,
       count(relevance_rating) AS relevance_rated, count(*) FILTER (WHERE relevance_rating <= 2) AS not_relevant,
       count(satisfaction_rating) AS satisfaction_rated, coalesce(sum(satisfaction_rating), 0) AS satisfaction
FROM pd_engagement
JOIN calendar ON day = CAST(started_at AS DATE)
GROUP BY ALL
