SELECT sourced(student_number(student)) AS "sourcedId", NULL AS status, NULL AS "dateLastModified",
       make_date(CAST(2020 - getvariable('years') + last_year - grade AS BIGINT), 9, 1) + CAST(pick('birth', student, 365) AS INTEGER) AS "birthDate",
       CASE WHEN u('sex', student) < 0.49 THEN 'female' WHEN u('sex', student) < 0.985 THEN 'male' WHEN u('sex', student) < 0.995 THEN 'other' ELSE 'unspecified' END AS sex,
       race = 0 AS "americanIndianOrAlaskaNative", race = 1 AS asian, race = 2 AS "blackOrAfricanAmerican", race = 3 AS "nativeHawaiianOrOtherPacificIslander",
       race = 4 AS white, race = 5 AS "demographicRaceTwoOrMoreRaces", race = 6 AS "hispanicOrLatinoEthnicity",
       NULL AS "countryOfBirthCode", NULL AS "stateOfBirthAbbreviation", NULL AS "cityOfBirth", NULL AS "publicSchoolResidenceStatus"
FROM student, LATERAL (SELECT [0, 1, 1, 2, 2, 2, 3, 4, 4, 4, 4, 4, 4, 5, 5, 6, 6, 6, 6, 6][1 + pick('race', student, 20)] AS race)
ORDER BY student
