WITH line AS (
    SELECT coalesce(c.district_id, school.district_id) AS district_id, currency, price_year
    FROM pd_cost AS c
    LEFT JOIN school ON school.school_id = c.school_id
), stated AS (
    SELECT district_id, mode(currency ORDER BY currency) AS currency
    FROM line
    GROUP BY ALL
), year AS (
    SELECT DISTINCT district_id, currency, line.price_year, level IS NOT NULL AS listed
    FROM line
    JOIN stated USING (district_id, currency)
    LEFT JOIN price_index ON price_index.price_year = line.price_year
)
SELECT district_id, currency, max(price_year) AS price_year,
       string_agg(price_year, ', ' ORDER BY price_year) FILTER (price_year = latest OR NOT (listed AND latest_listed)) AS prices
FROM (
    SELECT *, max(price_year) OVER own AS latest, arg_max(listed, price_year) OVER own AS latest_listed
    FROM year
    WINDOW own AS (PARTITION BY district_id)
)
GROUP BY ALL
