WITH mixes AS (
    SELECT DISTINCT mix AS category
    FROM growth_mix
    WHERE mix <> 'workshop'
)
SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'programs taken' AS breakdown, category, 0 AS category_order, mix <> 'workshop' AS treated, spring - fall AS numerator, fall AS denominator
FROM growth_mix
JOIN mixes ON category = mix OR mix = 'workshop'
