SELECT t.*, response_id, answered_on, relevance, confidence, innovation, collaboration, trust, prefers_self_paced, prefers_own_schedule, changed_practice,
       coalesce(personalized, false) AS personalized, coalesce(follow_up, false) AS follow_up
FROM survey_response
JOIN calendar ON day = answered_on
JOIN teacher_year AS t USING (teacher_key, session_id)
LEFT JOIN program_mix USING (teacher_key, session_id)
