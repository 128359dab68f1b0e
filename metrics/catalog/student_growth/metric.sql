WITH part AS (
    SELECT session_id AS part, parent_session_id AS session_id,
           row_number() OVER (PARTITION BY parent_session_id ORDER BY start_date) AS first,
           row_number() OVER (PARTITION BY parent_session_id ORDER BY start_date DESC) AS last
    FROM academic_session
    WHERE type IN ('semester', 'term')
), scored AS (
    SELECT student_key, part.session_id, section_id, o.subject,
           round(avg(scale_score) FILTER (WHERE first = 1), 6) AS prior, round(avg(scale_score) FILTER (WHERE last = 1), 6) AS post
    FROM student_outcome AS o
    JOIN part ON part.part = o.session_id
    WHERE first <> last AND standard_error IS NOT NULL
    GROUP BY ALL
)
SELECT student_key, scored.session_id, section_id, scored.subject, school.district_id, section.school_id,
       CASE WHEN section.grade IN ('PK', 'TK', 'KG', '01', '02') THEN 'KG-02' WHEN section.grade IN ('03', '04', '05') THEN '03-05'
            WHEN section.grade IN ('06', '07', '08') THEN '06-08' WHEN section.grade IN ('09', '10', '11', '12') THEN '09-12' ELSE 'mixed' END AS grade_band,
       prior, post
FROM scored
JOIN section USING (section_id)
JOIN school USING (school_id)
WHERE prior IS NOT NULL AND post IS NOT NULL
