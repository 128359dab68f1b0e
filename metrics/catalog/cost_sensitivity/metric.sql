WITH scenario AS (
    SELECT ingredient || ' ' || side AS category, ingredient, CASE side WHEN 'low' THEN low ELSE high END AS factor,
           row_number() OVER (ORDER BY ingredient, side DESC) AS category_order
    FROM ingredient_range
    CROSS JOIN (VALUES ('low'), ('high')) AS v(side)
    UNION ALL
    SELECT 'all ' || side, ingredient, CASE side WHEN 'low' THEN low ELSE high END, CASE side WHEN 'low' THEN -2 ELSE -1 END
    FROM ingredient_range
    CROSS JOIN (VALUES ('low'), ('high')) AS v(side)
    UNION ALL
    SELECT 'base', 'none', 1, 0
), named AS (
    SELECT DISTINCT category, category_order
    FROM scenario
), taken AS (
    SELECT DISTINCT district_id, session_id, program_id, program_kind
    FROM participant
)
SELECT NULL AS teacher_key, district_id, NULL AS school_id, session_id, taken.program_kind, 'scenario' AS breakdown, named.category, named.category_order,
       coalesce(amount, 0) * coalesce(factor, 1) AS numerator, 0 AS denominator
FROM taken
CROSS JOIN named
LEFT JOIN program_cost USING (district_id, session_id, program_id)
LEFT JOIN scenario ON scenario.category = named.category AND scenario.ingredient = program_cost.ingredient
UNION ALL
SELECT teacher_key, district_id, school_id, session_id, program_kind, 'scenario', '*', NULL, 0, 1
FROM participant
