SELECT quotient(estimate(CASE WHEN personalized THEN minutes END), estimate(CASE WHEN NOT personalized THEN minutes END)) FROM spent WHERE device_access = 'personal'
