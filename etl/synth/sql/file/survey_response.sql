SELECT 'sr-' || ty AS response_id, mail(teacher_number(teacher)) AS teacher_email, 'PD survey ' || ends AS survey, answered_on,
       low_rating('survey relevance', ty, CASE WHEN personal THEN 0.25 ELSE 0.63 END) AS relevance,
       rating('confidence', ty, 0.50 + 0.02 * y + CASE WHEN personal THEN 0.06 ELSE 0 END) AS confidence,
       rating('innovation', ty, 0.45 + 0.03 * y) AS innovation, rating('collaboration', ty, 0.50 + 0.02 * y) AS collaboration,
       rating('trust', ty, CASE WHEN shared THEN 0.45 ELSE 0.65 END) AS trust,
       u('self paced', ty) < 0.71 AS prefers_self_paced, u('own schedule', ty) < 0.67 AS prefers_own_schedule,
       u('changed', ty) < base * CASE WHEN followed_up THEN 3.5 ELSE 1 END AS changed_practice
FROM respondent, practice ORDER BY ty
