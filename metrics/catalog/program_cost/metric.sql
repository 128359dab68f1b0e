WITH line AS (
    SELECT program_id, coalesce(c.district_id, school.district_id) AS district_id, ingredient, unit, quantity, currency, price_year,
           amount, period_start + CAST((period_end - period_start) // 2 AS INTEGER) AS middle
    FROM pd_cost AS c
    LEFT JOIN school ON school.school_id = c.school_id
), real AS (
    SELECT line.*, amount * coalesce(latest.level / own.level, 1) AS real_amount
    FROM line
    JOIN price USING (district_id, currency)
    LEFT JOIN price_index AS own ON own.price_year = line.price_year
    LEFT JOIN price_index AS latest ON latest.price_year = price.price_year
)
SELECT program_id, kind AS program_kind, district_id, session_id, school_year, ingredient, unit, currency, price_year,
       sum(quantity) AS quantity, CAST(sum(CAST(real_amount AS DECIMAL(18, 4))) AS DECIMAL(18, 2)) AS amount
FROM real
JOIN calendar ON day = middle
JOIN pd_program USING (program_id)
GROUP BY ALL
