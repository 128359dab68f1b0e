SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, 'took a program with follow-up' AS breakdown, CASE WHEN follow_up THEN 'yes' ELSE 'no' END AS category, CASE WHEN follow_up THEN 2 ELSE 1 END AS category_order,
       changed_practice AS numerator
FROM survey_answer
