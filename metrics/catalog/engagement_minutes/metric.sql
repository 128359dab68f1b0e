SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, program_kind, program_id,
       'content' AS breakdown, CASE WHEN personalized THEN 'personalized' ELSE 'generic' END AS category, CASE WHEN personalized THEN 2 ELSE 1 END AS category_order,
       minutes AS value
FROM participant
