SELECT "sourcedId" AS session_id, title, type, "startDate" AS start_date, oneroster_last_day("endDate") AS end_date,
       "parentSourcedId" AS parent_session_id, "schoolYear" AS school_year,
       _source_row, coalesce(status, 'active') = 'tobedeleted' AS _deleted
FROM oneroster_academicSessions
