WITH taken AS (
    SELECT DISTINCT compared AS kind
    FROM workshop_comparison
    WHERE treated
)
SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, program.kind AS program_kind, 'as cost-effective as' AS breakdown, other.kind AS category, 0 AS category_order,
       CASE WHEN NOT treated THEN 'comparison' WHEN compared = program.kind THEN 'program' ELSE 'other' END AS role, spring - fall AS value, fall AS baseline, cost
FROM taken AS program
JOIN taken AS other ON other.kind <> program.kind
JOIN workshop_comparison ON treated AND compared IN (program.kind, other.kind) OR NOT treated AND compared = other.kind
