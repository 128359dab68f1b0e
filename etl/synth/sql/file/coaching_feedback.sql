-- Both scores are the lesson's quality and an error of each rater's own, with
-- equal variances: their correlation is the quality's share of the variance, 0.81.
SELECT 'cf-' || c AS feedback_id, 'cs-' || c AS coaching_session_id, mail(teacher_number) AS teacher_email, CAST(held_at AS DATE) AS given_on,
       'Classroom Practice Rubric' AS rubric, 'questioning' AS element,
       CAST(0.74 - 0.010 * k + 0.05 * z('talk ratio', c) AS DECIMAL(5, 4)) AS talk_ratio,
       4 + k // 2 + pick('open questions', c, 6) AS open_questions, 10 + pick('closed questions', c, 12) AS closed_questions,
       CAST(1.2 + 0.1 * k + 0.2 * z('wait time', c) AS DECIMAL(6, 2)) AS wait_time,
       CAST(2.5 + 0.4 * (0.9 * z('lesson', c) + sqrt(0.19) * z('AI rater', c)) AS DECIMAL(5, 2)) AS ai_score,
       CASE WHEN u('double scored', c) < 0.4
            THEN CAST(2.5 + 0.4 * (0.9 * z('lesson', c) + sqrt(0.19) * z('expert rater', c)) AS DECIMAL(5, 2)) END AS expert_score
FROM coaching WHERE ai AND kind = 'observation_video' ORDER BY c
