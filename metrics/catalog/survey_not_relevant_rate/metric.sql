SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'took a personalized program' AS breakdown, CASE WHEN personalized THEN 'yes' ELSE 'no' END AS category, CASE WHEN personalized THEN 2 ELSE 1 END AS category_order,
       relevance <= 2 AS numerator
FROM survey_answer
