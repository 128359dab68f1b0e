-- The deviations of the four elements add up to nothing: their mean is the visit's score.
SELECT 'ob-' || v AS observation_id, element, teacher_number(teacher) AS teacher_number, observed_on,
       CAST(greatest(1, least(4, score + deviation)) AS DECIMAL(5, 2)) AS score,
       CAST(1 AS DECIMAL(5, 2)) AS scale_min, CAST(4 AS DECIMAL(5, 2)) AS scale_max
FROM visit, LATERAL (VALUES ('questioning', 0.12 * z('first pair', v)), ('feedback', -0.12 * z('first pair', v)),
                            ('engagement', 0.12 * z('second pair', v)), ('climate', -0.12 * z('second pair', v))) AS t(element, deviation)
ORDER BY v, element
