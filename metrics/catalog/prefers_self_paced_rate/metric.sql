SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, prefers_self_paced AS numerator
FROM survey_answer
