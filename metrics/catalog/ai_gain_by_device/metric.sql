SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, CASE mix WHEN 'ai_personalized' THEN true WHEN 'workshop' THEN false END AS treated, spring - fall AS numerator, fall AS denominator
FROM growth_mix
