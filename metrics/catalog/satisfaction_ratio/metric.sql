SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, personalized AS treated, satisfaction AS numerator, satisfaction_rated AS denominator
FROM participant
WHERE satisfaction_rated > 0
