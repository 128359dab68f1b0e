SELECT district_id, school_id, f.session_id, 'item' AS breakdown, item AS category, 0 AS category_order, mean_score AS value, respondents AS weight
FROM student_feedback AS f
JOIN section USING (section_id)
JOIN school USING (school_id)
WHERE respondents >= 10
