SELECT "sourcedId" AS school_id, "parentSourcedId" AS district_id, name,
       CASE WHEN regexp_full_match(identifier, '[0-9]{12}') THEN identifier END AS nces_id,
       _source_row, coalesce(status, 'active') = 'tobedeleted' AS _deleted
FROM oneroster_orgs
WHERE type = 'school'
