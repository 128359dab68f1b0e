-- Each module or session of a programme, spread over the months from the middle
-- of October to the beginning of April. Minutes depend on personalisation (2.4
-- times), device access, and fall by 53 % once evaluators have access.
CREATE VIEW engagement AS
WITH module AS (
    SELECT participation.*, unnest(range(modules)) AS k FROM participation
), dated AS (
    SELECT module.*, 64 * part + k AS e,
           make_date(ends - 1, 10, 15) + CAST(floor(178 * (k + u('engagement day', 64 * part + k)) / modules) AS INTEGER)
               + to_minutes(CASE kind WHEN 'workshop' THEN 480 ELSE 420 + pick('engagement minute', 64 * part + k, 720) END) AS started_at
    FROM module JOIN school_year USING (y)
)
SELECT dated.*,
       CAST(CASE WHEN personalized THEN 960 ELSE 400 END
           * CASE device WHEN 'personal' THEN 1.10 WHEN 'shared' THEN 1.00 ELSE 0.75 END
           * (1 + 0.22 * z('total minutes', part)) / modules * (1 + 0.15 * z('module minutes', e))
           * CASE WHEN started_at >= shared_on THEN 0.47 ELSE 1 END AS DECIMAL(8, 2)) AS minutes
FROM dated LEFT JOIN sharing USING (s);

-- Coaching sessions. Arm 2 is the human coach's part, arm 3 the AI coach's.
CREATE VIEW coaching AS
WITH planned AS (
    SELECT participation.*, coach, CASE arm WHEN 2 THEN sessions ELSE 6 + pick('AI sessions', part, 9) END AS planned
    FROM participation JOIN (SELECT ty, sessions FROM teacher_year WHERE arm IN (2, 3, 4)) USING (ty) LEFT JOIN coached USING (ty)
    WHERE arm IN (2, 3)
), session AS (
    SELECT *, unnest(range(planned)) AS k FROM planned
), drawn AS (
    SELECT session.*, 64 * part + k AS c, u('coaching kind', 64 * part + k) AS draw,
           make_date(ends - 1, 10, 15) + CAST(floor(178 * (k + u('coaching day', 64 * part + k)) / planned) AS INTEGER)
               + to_minutes(480 + pick('coaching minute', 64 * part + k, 480)) AS held_at
    FROM session JOIN school_year USING (y)
)
SELECT * RENAME (kind AS program_kind), arm = 3 AS ai,
       CASE WHEN ai AND draw < 0.5 THEN 'lesson_plan_feedback' WHEN ai AND draw < 0.8 THEN 'observation_video' WHEN ai THEN 'reflective_prompt'
            WHEN draw < 0.2 THEN 'lesson_plan_feedback' WHEN draw < 0.4 THEN 'observation_video' ELSE 'coaching_cycle' END AS kind
FROM drawn;

-- The yearly survey, answered by three of four teachers.
CREATE VIEW respondent AS
SELECT t.*, ends, make_date(ends, 5, 1) + CAST(pick('answered', ty, 25) AS INTEGER) AS answered_on,
       followed_up, personal, answered_on >= shared_on AS shared
FROM teaching AS t JOIN school_year USING (y) LEFT JOIN sharing USING (s)
JOIN (SELECT ty, bool_or(follow_up) AS followed_up, bool_or(personalized) AS personal FROM participation GROUP BY ty) USING (ty)
WHERE u('responds', ty) < 0.75;

-- 29 % changed their practice: 3.5 times as many where the programme follows up.
CREATE TABLE practice AS
SELECT 0.29 / (1 + 2.5 * (count(*) FILTER (WHERE followed_up)) / count(*)) AS base FROM respondent;

-- Two to four visits a year: one or two in the fall (k = 0, 1), as many in the spring (k = 4, 5).
CREATE VIEW visit AS
SELECT t.*, 8 * ty + k AS v, k, ends, CASE WHEN k < 4 THEN fall ELSE spring END AS session_id,
       CASE WHEN k < 4 THEN fall_level ELSE spring_level END + visit_error(ty, k) AS score,
       CASE WHEN k < 4 THEN make_date(ends - 1, 9, 1) ELSE make_date(ends, 4, 20) END + CAST(pick('visit day', 8 * ty + k, 38) AS INTEGER) AS observed_on
FROM teacher_year AS t JOIN school_year USING (y), LATERAL (SELECT unnest([0, 1, 4, 5]) AS k)
WHERE k % 4 < CASE WHEN k < 4 THEN fall_visits ELSE spring_visits END;
