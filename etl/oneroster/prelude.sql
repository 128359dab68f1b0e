-- One row a user with the role that says what kind of person it is. Version
-- 1.2 has a file of roles; in 1.1 the role stands with the user.
CREATE VIEW oneroster_person AS
WITH stated AS (
    SELECT "userSourcedId" AS id, role, "orgSourcedId" AS org, "beginDate" AS begun,
           row_number() OVER (PARTITION BY "userSourcedId" ORDER BY "roleType" = 'primary' DESC NULLS LAST, _source_row) AS nth
    FROM oneroster_roles
    WHERE coalesce(status, 'active') <> 'tobedeleted'
)
SELECT u.*,
       coalesce(s.role, u.role) AS _role,
       coalesce(s.org, split_part(u."orgSourcedIds", ',', 1), u."primaryOrgSourcedId") AS _org,
       s.begun AS _begun,
       CASE
           WHEN coalesce(s.role, u.role) = 'student' THEN 'student'
           WHEN coalesce(s.role, u.role) IN ('teacher', 'aide', 'principal', 'siteAdministrator', 'districtAdministrator',
               'administrator', 'counselor', 'proctor', 'systemAdministrator') THEN 'staff'
           ELSE 'other'
       END AS _kind
FROM oneroster_users u
LEFT JOIN stated s ON s.id = u."sourcedId" AND s.nth = 1;

-- OneRoster's subjects are free text; ours are a short list.
CREATE MACRO oneroster_subject(x) AS CASE
    WHEN x IS NULL THEN NULL
    WHEN regexp_matches(lower(x), 'math|algebra|geometry|calculus|statistics') THEN 'mathematics'
    WHEN regexp_matches(lower(x), 'spanish|french|german|chinese|latin|world.?lang|foreign') THEN 'world_languages'
    WHEN regexp_matches(lower(x), 'english|language|reading|writing|literacy|literature|\bela\b') THEN 'language_arts'
    WHEN regexp_matches(lower(x), 'social|history|geograph|civic|econom|government') THEN 'social_studies'
    WHEN regexp_matches(lower(x), 'scien|biolog|chemist|physics') THEN 'science'
    WHEN regexp_matches(lower(x), 'physical|\bpe\b|health') THEN 'physical_education'
    WHEN regexp_matches(lower(x), 'special') THEN 'special_education'
    WHEN regexp_matches(lower(x), '\barts?\b|music|theat|drama|dance|band|choir') THEN 'arts'
    WHEN regexp_matches(lower(x), 'general|homeroom|elementary|self.?contained') THEN 'general'
    ELSE 'other'
END;

-- OneRoster's end dates are exclusive, ours are the last day. What is no date
-- stays as it is, for the type check to find.
CREATE MACRO oneroster_last_day(x) AS CASE
    WHEN regexp_full_match(x, '\d{4}-\d\d-\d\d') THEN coalesce(CAST(TRY_CAST(x AS DATE) - 1 AS VARCHAR), x)
    ELSE x
END;
