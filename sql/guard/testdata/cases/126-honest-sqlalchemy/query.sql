SELECT anon_1.program_id, anon_1.n 
FROM (SELECT pd_engagement.program_id AS program_id, count(*) AS n 
FROM pd_engagement GROUP BY pd_engagement.program_id) AS anon_1 
WHERE anon_1.n > $1::INTEGER