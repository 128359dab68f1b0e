SELECT cost_id, program_id, district_id, NULL AS school_id, make_date(ends - 1, 8, 1) AS period_start, make_date(ends, 7, 31) AS period_end,
       ingredient, CAST(quantity AS DECIMAL(14, 3)) AS quantity, unit, unit_price,
       CAST(round(CAST(quantity AS DECIMAL(14, 3)) * unit_price, 2) AS DECIMAL(16, 2)) AS amount, 'USD' AS currency, ends AS price_year
FROM cost JOIN district USING (d) JOIN school_year USING (y) ORDER BY cost_id
