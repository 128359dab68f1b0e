WITH other AS (
    SELECT DISTINCT program_kind AS kind
    FROM workshop_comparison
    WHERE treated
), role AS (
    SELECT w.*, 'program' AS role, program_kind AS kind, other.kind AS category
    FROM workshop_comparison AS w
    JOIN other ON other.kind <> program_kind
    WHERE treated
    UNION ALL
    SELECT *, 'other', '*', program_kind
    FROM workshop_comparison
    WHERE treated
    UNION ALL
    SELECT *, 'comparison', '*', '*'
    FROM workshop_comparison
    WHERE NOT treated
)
SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, kind AS program_kind, 'as cost-effective as' AS breakdown, category, 0 AS category_order,
       role, spring - fall AS value, fall AS baseline, cost
FROM role
