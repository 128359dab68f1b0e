SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, prefers_own_schedule AS numerator
FROM survey_answer
