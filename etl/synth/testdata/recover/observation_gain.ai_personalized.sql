SELECT gain(spring, fall) FROM teacher_year WHERE kinds = 'ai_personalized'
