SELECT 'ent-' || p || '-' || ends || '-' || n AS section_teacher_id, section_id, mail(teacher_number(who)) AS teacher_email,
       n = 1 AS is_primary, CAST(CASE n WHEN 1 THEN share ELSE 1 - share END AS DECIMAL(4, 3)) AS instruction_share,
       make_date(ends - 1, 8, 15) AS begin_date, make_date(ends, 6, 15) AS end_date
FROM section JOIN school_year USING (y), LATERAL (VALUES (1, teacher), (2, co_teacher)) AS t(n, who)
WHERE who IS NOT NULL ORDER BY p, ends, n
