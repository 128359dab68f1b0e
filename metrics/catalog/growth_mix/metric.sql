SELECT g.*, coalesce(mix, 'none') AS mix, program_id, CASE WHEN mix IN ('human_and_ai_coaching', 'several') THEN 'several' ELSE coalesce(mix, 'none') END AS program_kind
FROM observation_growth AS g
LEFT JOIN program_mix USING (teacher_key, session_id)
