SELECT g.*, kinds.kind AS compared, g.program_kind <> 'workshop' AS treated, coalesce(cost, 0) AS cost
FROM growth_mix AS g
JOIN (SELECT DISTINCT kind FROM pd_program WHERE kind <> 'workshop') AS kinds ON kinds.kind = g.program_kind OR g.program_kind = 'workshop'
LEFT JOIN (
    SELECT teacher_key, session_id, CAST(sum(CAST(cost AS DECIMAL(18, 6))) AS DOUBLE) AS cost FROM participant_cost GROUP BY ALL
) USING (teacher_key, session_id)
