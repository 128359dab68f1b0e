SELECT coalesce(c.district_id, school.district_id) AS district_id, currency AS breakdown, CAST(price_year AS VARCHAR) AS category, price_year AS category_order, amount AS value
FROM pd_cost AS c
LEFT JOIN school USING (school_id)
