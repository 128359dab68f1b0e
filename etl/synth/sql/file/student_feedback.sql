SELECT section_id, session AS session_id, item, 8 + pick('respondents', 16 * p + y, 4) AS respondents,
       CAST(3.5 + 0.2 * quality_z + 0.12 * z(item, 16 * p + y) AS DECIMAL(4, 3)) AS mean_score
FROM section JOIN school_year USING (y) JOIN (SELECT ty, quality_z FROM teaching) USING (ty),
LATERAL (SELECT unnest(['clarity', 'care', 'challenge', 'engagement', 'belonging']) AS item)
ORDER BY p, y, item
