SELECT correlation(ai_score, expert_score) FROM coaching_feedback WHERE expert_score IS NOT NULL
