SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, program_kind, CASE WHEN in_use_at_3_months IS NULL THEN least(last_day - learned_on, 91) ELSE 91 END AS days,
       coalesce(NOT in_use_at_3_months, false) AS event
FROM strategy_learned
CROSS JOIN (SELECT greatest(max(learned_on), max(first_applied_on)) AS last_day FROM practice_change)
WHERE first_applied_on IS NOT NULL
