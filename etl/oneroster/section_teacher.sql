SELECT "sourcedId" AS section_teacher_id, "classSourcedId" AS section_id, "userSourcedId" AS teacher_sourced_id, "primary" AS is_primary,
       "beginDate" AS begin_date, oneroster_last_day("endDate") AS end_date,
       _source_row, coalesce(status, 'active') = 'tobedeleted' AS _deleted
FROM oneroster_enrollments
WHERE role = 'teacher'
