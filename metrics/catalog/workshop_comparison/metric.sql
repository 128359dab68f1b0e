SELECT g.*, program_kind <> 'workshop' AS treated, coalesce(cost, 0) AS cost
FROM growth_mix AS g
LEFT JOIN (
    SELECT teacher_key, session_id, CAST(sum(CAST(cost AS DECIMAL(18, 6))) AS DOUBLE) AS cost FROM participant_cost GROUP BY ALL
) USING (teacher_key, session_id)
WHERE program_kind IN (SELECT kind FROM pd_program)
