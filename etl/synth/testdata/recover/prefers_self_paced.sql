SELECT estimate(CAST(prefers_self_paced AS INTEGER)) FROM survey
