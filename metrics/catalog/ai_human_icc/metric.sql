SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, ai_score AS x, expert_score AS y
FROM coaching_feedback
JOIN calendar ON day = given_on
JOIN teacher_year USING (teacher_key, session_id)
