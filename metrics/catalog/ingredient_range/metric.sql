SELECT ingredient, CAST(low AS DOUBLE) AS low, CAST(high AS DOUBLE) AS high
FROM (VALUES ('personnel', 0.75, 1.25), ('facilities', 0.5, 1.5), ('substitutes', 0.9, 1.1),
             ('travel', 0.9, 1.1), ('platform', 0.95, 1.05), ('materials', 0.9, 1.1)) AS v(ingredient, low, high)
