SELECT 'cs-' || c AS coaching_session_id, mail(teacher_number) AS teacher_email, CASE WHEN NOT ai THEN mail(coach_number(d, coach)) END AS coach_email,
       CASE WHEN ai THEN 'ai' ELSE 'human' END AS coach_type, kind, program_id, held_at,
       CAST(CASE WHEN ai THEN 12 + 3 * z('coaching minutes', c) ELSE 40 + 8 * z('coaching minutes', c) END AS DECIMAL(8, 2)) AS minutes,
       CASE WHEN u('usefulness given', c) < 0.85
            THEN 6 - low_rating('usefulness', c, CASE WHEN NOT ai THEN 0.80 WHEN kind = 'lesson_plan_feedback' THEN 0.74 ELSE 0.60 END) END AS usefulness_rating
FROM coaching ORDER BY c
