SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, program_kind, program_id, cost AS numerator, completed_minutes / 60 AS denominator
FROM participant_cost
