SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, program_kind, program_id, 'programs taken' AS breakdown, mix AS category, 0 AS category_order, spring - fall AS numerator, fall AS denominator
FROM growth_mix
