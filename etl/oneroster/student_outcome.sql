SELECT r."sourcedId" AS outcome_id, r."studentSourcedId" AS student_sourced_id, l.title AS assessment,
       oneroster_subject(coalesce(c.subjects, k.subjects, k.title)) AS subject,
       coalesce(l."academicSessionSourcedId", l."gradingPeriodSourcedId") AS session_id, coalesce(r."classSourcedId", l."classSourcedId") AS section_id,
       r."scoreDate" AS assessed_on, r.score AS scale_score,
       r._source_row, coalesce(r.status, 'active') = 'tobedeleted' AS _deleted
FROM oneroster_results r
LEFT JOIN (SELECT DISTINCT ON ("sourcedId") * FROM oneroster_lineItems ORDER BY "sourcedId", _source_row) l ON l."sourcedId" = r."lineItemSourcedId"
LEFT JOIN (SELECT DISTINCT ON ("sourcedId") * FROM oneroster_classes ORDER BY "sourcedId", _source_row) c ON c."sourcedId" = coalesce(r."classSourcedId", l."classSourcedId")
LEFT JOIN (SELECT DISTINCT ON ("sourcedId") * FROM oneroster_courses ORDER BY "sourcedId", _source_row) k ON k."sourcedId" = c."courseSourcedId"
