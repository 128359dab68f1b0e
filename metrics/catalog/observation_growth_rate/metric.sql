SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, spring - fall AS numerator, fall AS denominator
FROM observation_growth
