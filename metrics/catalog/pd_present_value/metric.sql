SELECT district_id, session_id, program_kind, 'discount rate' AS breakdown, percent || ' %' AS category, percent AS category_order,
       amount / pow(1 + percent / 100, school_year - min(school_year) OVER ()) AS value
FROM program_cost
CROSS JOIN (SELECT unnest([0, 3, 5, 7]) AS percent)
