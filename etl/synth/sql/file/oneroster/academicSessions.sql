-- OneRoster's end dates are exclusive: the day after the last.
SELECT id AS "sourcedId", NULL AS status, NULL AS "dateLastModified", title, type, first AS "startDate", last + 1 AS "endDate", parent AS "parentSourcedId", ends AS "schoolYear"
FROM school_year, LATERAL (VALUES
    (1, session, 'School year ' || (ends - 1) || '-' || ends, 'schoolYear', make_date(ends - 1, 8, 15), make_date(ends, 6, 15), NULL),
    (2, fall, 'Fall ' || (ends - 1), 'semester', make_date(ends - 1, 8, 15), make_date(ends - 1, 12, 22), session),
    (3, spring, 'Spring ' || ends, 'semester', make_date(ends, 1, 5), make_date(ends, 6, 15), session)
) AS t(n, id, title, type, first, last, parent)
ORDER BY ends, n
