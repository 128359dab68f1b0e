SELECT quotient(estimate(CASE WHEN device_access = 'none' THEN minutes END), estimate(CASE WHEN device_access = 'personal' THEN minutes END))
FROM spent WHERE kind = 'ai_personalized'
