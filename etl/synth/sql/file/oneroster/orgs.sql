SELECT id AS "sourcedId", NULL AS status, NULL AS "dateLastModified", name, type, nces_id AS identifier, parent AS "parentSourcedId"
FROM (SELECT district_id AS id, name, 'district' AS type, nces_id, NULL AS parent FROM district
      UNION ALL SELECT school_id, school.name, 'school', school.nces_id, district_id FROM school JOIN district USING (d))
ORDER BY type, id
