SELECT t.*, program_id, kind AS program_kind, personalized, activities, minutes, completed, completed_minutes,
       relevance_rated, not_relevant, satisfaction_rated, satisfaction
FROM (
    SELECT teacher_key, session_id, program_id, sum(activities) AS activities, sum(minutes) AS minutes, sum(completed) AS completed,
           sum(completed_minutes) AS completed_minutes, sum(relevance_rated) AS relevance_rated, sum(not_relevant) AS not_relevant,
           sum(satisfaction_rated) AS satisfaction_rated, sum(satisfaction) AS satisfaction
    FROM participation
    GROUP BY ALL
) AS p
JOIN teacher_year AS t USING (teacher_key, session_id)
JOIN pd_program USING (program_id)
