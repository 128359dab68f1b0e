SELECT district_id, session_id, program_kind, program_id, 'ingredient' AS breakdown, ingredient AS category,
       CASE ingredient WHEN 'personnel' THEN 1 WHEN 'platform' THEN 2 WHEN 'substitutes' THEN 3 ELSE 4 END AS category_order,
       amount AS value
FROM program_cost
