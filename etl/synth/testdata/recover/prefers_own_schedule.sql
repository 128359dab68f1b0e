SELECT estimate(CAST(prefers_own_schedule AS INTEGER)) FROM survey
