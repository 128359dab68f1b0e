SELECT p.*, cost
FROM participant AS p
JOIN (
    SELECT district_id, session_id, program_id, CAST(amount AS DOUBLE) / participants AS cost
    FROM (SELECT district_id, session_id, program_id, count(*) AS participants FROM participant GROUP BY ALL)
    JOIN (SELECT district_id, session_id, program_id, sum(amount) AS amount FROM program_cost GROUP BY ALL) USING (district_id, session_id, program_id)
) USING (district_id, session_id, program_id)
