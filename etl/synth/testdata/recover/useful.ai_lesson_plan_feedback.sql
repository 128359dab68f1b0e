SELECT estimate(CAST(usefulness_rating >= 4 AS INTEGER)) FROM coaching_session
WHERE coach_type = 'ai' AND kind = 'lesson_plan_feedback'
