SELECT 'en-' || e AS engagement_id, mail(teacher_number) AS teacher_email, program_id, 'M' || (k + 1) AS module_id,
       started_at, started_at + to_seconds(CAST(round(minutes * 60) AS BIGINT)) AS ended_at, minutes, u('completed', e) < 0.82 AS completed,
       CASE WHEN kind = 'plc' OR kind = 'workshop' AND u('delivery', e) < 0.7 THEN 'in_person' WHEN kind = 'workshop' THEN 'live_online'
            WHEN kind IN ('human_coaching', 'ai_coaching') THEN 'hybrid' ELSE 'self_paced' END AS delivery,
       CASE WHEN u('rated', e) < 0.9 THEN low_rating('relevance', e, CASE WHEN personalized THEN 0.25 ELSE 0.63 END) END AS relevance_rating,
       CASE WHEN u('rated', e) < 0.9 THEN rating('satisfaction', e, CASE WHEN personalized THEN 0.752 ELSE 0.35 END) END AS satisfaction_rating
FROM engagement ORDER BY e
