SELECT estimate(CAST(kinds = 'ai_personalized' AS INTEGER)) FROM teacher_year WHERE device = 'shared'
