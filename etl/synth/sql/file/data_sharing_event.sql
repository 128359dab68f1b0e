SELECT 'ds-' || row_number() OVER (ORDER BY occurred_on, district_id, school_id) AS event_id, district_id, school_id, occurred_on, audience, change, description
FROM (
    SELECT NULL AS district_id, school_id, shared_on AS occurred_on, 'evaluators' AS audience, 'granted' AS change,
           'Evaluators may see individual PD records' AS description FROM sharing
    UNION ALL -- events without an effect
    SELECT NULL, school_id, make_date(2026, 1, 15), 'school_leaders', 'granted', 'Principals see school totals' FROM school WHERE rollout = 3 OR (d = 1 AND s % getvariable('schools') = 0)
    UNION ALL
    SELECT district_id, NULL, make_date(ends - 1, 9, 1), 'researchers', 'granted', 'Research agreement' FROM district, school_year WHERE y = 0
) ORDER BY occurred_on, district_id, school_id
