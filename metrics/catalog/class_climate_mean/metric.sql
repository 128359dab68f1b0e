SELECT teacher_key, district_id, school_id, f.session_id, 'item' AS breakdown, item AS category, 0 AS category_order, mean_score AS value, respondents AS weight
FROM student_feedback AS f
JOIN section USING (section_id)
JOIN school USING (school_id)
JOIN (SELECT section_id, min(teacher_key) AS teacher_key FROM section_teacher WHERE is_primary GROUP BY ALL) USING (section_id)
WHERE respondents >= 10
