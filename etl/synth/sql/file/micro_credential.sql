SELECT 'mc-' || ty AS credential_id, mail(teacher_number) AS teacher_email, program_id,
       ['Évaluation formative', 'Questioning for depth', 'Inclusive routines'][1 + pick('achievement', ty, 3)] AS achievement,
       'Académie Lumière' AS issuer, status,
       CASE WHEN status NOT IN ('enrolled', 'withdrawn')
            THEN ['lesson_plan', 'video', 'student_work', 'reflection', 'assessment'][1 + pick('evidence', ty, 5)] END AS evidence_kind,
       make_date(ends - 1, 10, 15) + CAST(pick('enrolled', ty, 60) AS INTEGER) AS enrolled_on,
       CASE WHEN status IN ('awarded', 'revoked') THEN make_date(ends, 2, 1) + CAST(pick('awarded', ty, 90) AS INTEGER) END AS awarded_on
FROM participation JOIN school_year USING (y),
LATERAL (SELECT u('status', ty) AS draw), LATERAL (SELECT CASE WHEN draw < 0.12 THEN 'enrolled' WHEN draw < 0.30 THEN 'withdrawn' WHEN draw < 0.38 THEN 'submitted'
                     WHEN draw < 0.48 THEN 'declined' WHEN draw < 0.50 THEN 'revoked' ELSE 'awarded' END AS status)
WHERE arm = 7 ORDER BY ty
