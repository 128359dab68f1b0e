SELECT student_key, district_id, school_id, session_id, grade_band, subject, prior AS value
FROM student_growth
