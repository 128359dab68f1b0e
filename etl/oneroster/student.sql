-- Race and ethnicity as the federal reporting categories combine them: Hispanic
-- or Latino of any race first, then two or more races.
WITH d AS (
    SELECT "sourcedId", any_value(sex) AS sex, any_value("birthDate") AS born,
           any_value(lower("hispanicOrLatinoEthnicity")) = 'true' AS hispanic,
           any_value(lower("demographicRaceTwoOrMoreRaces")) = 'true' AS several,
           list_filter([
               CASE WHEN any_value(lower("americanIndianOrAlaskaNative")) = 'true' THEN 'american_indian_or_alaska_native' END,
               CASE WHEN any_value(lower(asian)) = 'true' THEN 'asian' END,
               CASE WHEN any_value(lower("blackOrAfricanAmerican")) = 'true' THEN 'black_or_african_american' END,
               CASE WHEN any_value(lower("nativeHawaiianOrOtherPacificIslander")) = 'true' THEN 'native_hawaiian_or_pacific_islander' END,
               CASE WHEN any_value(lower(white)) = 'true' THEN 'white' END], x -> x IS NOT NULL) AS races
    FROM oneroster_demographics
    GROUP BY 1
)
SELECT p."sourcedId" AS student_sourced_id, o."sourcedId" AS school_id, split_part(p.grades, ',', 1) AS grade, d.sex,
       CASE WHEN d.hispanic THEN 'hispanic_or_latino' WHEN d.several OR len(d.races) > 1 THEN 'two_or_more' ELSE d.races[1] END AS race_ethnicity,
       CAST(year(TRY_CAST(d.born AS DATE)) AS VARCHAR) AS birth_year,
       p._source_row, coalesce(p.status, 'active') = 'tobedeleted' AS _deleted
FROM oneroster_person p
LEFT JOIN (SELECT DISTINCT "sourcedId" FROM oneroster_orgs WHERE type = 'school') o ON o."sourcedId" = p._org
LEFT JOIN d ON d."sourcedId" = p."sourcedId"
WHERE p._kind = 'student'
