WITH cost AS (
    SELECT teacher_key, session_id, CAST(sum(CAST(cost AS DECIMAL(18, 6))) AS DOUBLE) AS cost
    FROM participant_cost
    GROUP BY ALL
), taught AS (
    SELECT student_key, g.session_id, g.district_id, g.school_id, mix, coalesce(instruction_share, 1) AS share, prior, post - prior AS gain, section_teacher.teacher_key
    FROM student_growth AS g
    JOIN section_teacher USING (section_id)
    JOIN program_mix ON program_mix.teacher_key = section_teacher.teacher_key AND program_mix.session_id = g.session_id
), shared AS (
    SELECT teacher_key, session_id, CAST(sum(share) AS DOUBLE) AS shares
    FROM taught
    GROUP BY ALL
)
SELECT student_key, district_id, school_id, session_id, CASE mix WHEN 'workshop' THEN '*' ELSE mix END AS program_kind, mix <> 'workshop' AS treated,
       gain AS value, prior AS baseline, share AS weight, coalesce(cost, 0) * share / shares AS cost
FROM taught
JOIN shared USING (teacher_key, session_id)
LEFT JOIN cost USING (teacher_key, session_id)
WHERE mix IN (SELECT kind FROM pd_program)
