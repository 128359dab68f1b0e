SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, program_kind, program_id, in_use_at_3_months AS numerator
FROM strategy_learned
