-- Everyone who works or learns here. The names are made up and belong to nobody.
CREATE MACRO given_name(id) AS
    ['Zoë', 'Alder', 'Brisa', 'Corvin', 'Dagny', 'Eluned', 'Finnian', 'Güler', 'Hollis', 'Ilse', 'Jorah', 'Kestrel', 'Liesl', 'Maëlle',
     'Nevin', 'Odalys', 'Perrin', 'Quilla', 'Rowan', 'Søren', 'Tamsin', 'Ulric', 'Vesna', 'Wren', 'Ximena', 'Yarrow', 'Zephyr', 'Ånders'][1 + pick('given name', id, 28)];
CREATE MACRO family_name(id) AS
    ['Ash', 'Bramble', 'Copper', 'Dusk', 'Ember', 'Fennel', 'Glimmer', 'Hazel', 'Iron', 'Jasper', 'Kelp', 'Larch', 'Moss', 'Nettle', 'Oat',
     'Plum', 'Quartz', 'Rust', 'Sorrel', 'Thistle'][1 + pick('family name', id, 20)]
    || ['barrow', 'combe', 'dottir', 'fjäll', 'garth', 'holm', 'loch', 'mere', 'ness', 'quay', 'rigg', 'stead', 'thwaite', 'vale', 'wick'][1 + pick('family name ending', id, 15)];

CREATE VIEW staff AS
SELECT 0 AS part, teacher AS ord, teacher_number(teacher) AS number, 'teacher' AS role, any_value(s) AS s, any_value(d) AS d, min(y) AS first_year, max(y) AS last_year
FROM teaching GROUP BY teacher
UNION ALL
SELECT 1, 10000 * s + k, administrator_number(s, k), CASE k WHEN 0 THEN 'principal' ELSE 'siteAdministrator' END, s, d, 0, getvariable('years') - 1
FROM school, LATERAL (SELECT unnest(range(administrators(teachers))) AS k)
UNION ALL
SELECT 2, 1000000 * d + coach, coach_number(d, coach), 'teacher', d * getvariable('schools'), d, min(y), max(y)
FROM coached GROUP BY d, coach;

CREATE VIEW class AS
SELECT section.*, ends, session, fall, district_id, school_id, 'crs-' || district_id || '-' || grade_code(grade) || '-' || subject AS course_id,
       upper(substr(subject, 1, 4)) || grade_code(grade) AS code, replace(subject, '_', ' ') || ' grade ' || grade_code(grade) AS title
FROM section JOIN school_year USING (y) JOIN school USING (s) JOIN district ON district.d = section.d;
