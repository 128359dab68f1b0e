SELECT program_id,
       ['Atelier', 'Studio', 'Forum', 'Seminar', 'Lab', 'Cohort'][1 + j % 6] || ' ' || replace(kind, '_', ' ') || ' ' || (j + 1) AS name,
       kind, ['Académie Lumière', 'Bläuling Lernwerk', 'Cobalt Learning', 'Señal Educación'][1 + (arm + j) % 4] AS provider,
       CAST(hours AS DECIMAL(7, 2)) AS designed_hours, CAST(weeks AS DECIMAL(5, 1)) AS designed_weeks, skills AS skills_targeted,
       follow_up, active_practice, personalized,
       (SELECT make_date(min(ends) - 1, 8, 1) FROM school_year) AS starts_on, make_date(2026, 7, 31) AS ends_on
FROM program ORDER BY arm, j
