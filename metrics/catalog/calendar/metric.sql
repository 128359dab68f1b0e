SELECT first_day + CAST(i AS INTEGER) AS day, session_id, school_year
FROM school_year
JOIN range(0, 1000) AS t(i) ON i <= last_day - first_day
