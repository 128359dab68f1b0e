SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, trust AS value, school_year AS x
FROM survey_answer
