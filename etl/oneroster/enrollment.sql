SELECT "sourcedId" AS enrollment_id, "classSourcedId" AS section_id, "userSourcedId" AS student_sourced_id,
       "beginDate" AS begin_date, oneroster_last_day("endDate") AS end_date,
       _source_row, coalesce(status, 'active') = 'tobedeleted' AS _deleted
FROM oneroster_enrollments
WHERE role = 'student'
