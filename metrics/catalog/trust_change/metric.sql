SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, coalesce(answered_on >= occurred_on, false) AS treated, trust AS numerator
FROM survey_answer
LEFT JOIN (SELECT school_id, occurred_on FROM access_event WHERE audience = 'evaluators' AND change = 'granted') USING (school_id)
