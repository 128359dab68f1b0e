SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, program_kind, coalesce(first_applied_on, last_day) - learned_on AS days, first_applied_on IS NOT NULL AS event
FROM strategy_learned
CROSS JOIN (SELECT greatest(max(learned_on), max(first_applied_on)) AS last_day FROM practice_change)
