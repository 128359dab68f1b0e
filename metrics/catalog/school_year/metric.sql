WITH begun AS (
    SELECT session_id, title, school_year, start_date, end_date,
           start_date - CAST(coalesce((start_date - lag(end_date) OVER (ORDER BY start_date)) // 2, 60) AS INTEGER) AS first_day
    FROM academic_session
    WHERE type = 'schoolYear'
)
SELECT *, coalesce(lead(first_day) OVER (ORDER BY start_date) - 1, end_date + 60) AS last_day
FROM begun
