WITH taught AS (
    SELECT student_key, g.session_id, g.district_id, g.school_id, coalesce(mix, 'none') AS mix, coalesce(instruction_share, 1) AS share, post - prior AS gain
    FROM student_growth AS g
    JOIN section_teacher USING (section_id)
    LEFT JOIN program_mix ON program_mix.teacher_key = section_teacher.teacher_key AND program_mix.session_id = g.session_id
)
SELECT student_key, district_id, school_id, session_id, 'programs taken' AS breakdown, CASE mix WHEN 'workshop' THEN '*' ELSE mix END AS category, 0 AS category_order,
       mix <> 'workshop' AS treated, gain * share AS numerator, share AS denominator
FROM taught
