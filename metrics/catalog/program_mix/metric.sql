SELECT teacher_key, session_id,
       CASE WHEN count(DISTINCT kind) = 1 THEN min(kind)
            WHEN count(DISTINCT kind) = 2 AND min(kind) = 'ai_coaching' AND max(kind) = 'human_coaching' THEN 'human_and_ai_coaching'
            ELSE 'several' END AS mix,
       bool_or(personalized) AS personalized, bool_or(follow_up) AS follow_up,
       CASE WHEN count(DISTINCT program_id) = 1 THEN min(program_id) END AS program_id
FROM participation
JOIN pd_program USING (program_id)
GROUP BY ALL
