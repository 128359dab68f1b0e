-- What a participant takes of each ingredient, before scaling.
CREATE TABLE ingredient AS
SELECT *, row_number() OVER () AS n FROM (VALUES
    (0, 'personnel', 30.0, 'hour', 58.0), (0, 'substitutes', 3.0, 'day', 190.0), (0, 'facilities', 2.0, 'day', 300.0),
    (0, 'travel', 1.0, 'trip', 800.0), (0, 'materials', 1.0, 'set', 250.0),
    (1, 'personnel', 24.0, 'hour', 58.0), (1, 'platform', 1.0, 'licence', 1200.0), (1, 'materials', 1.0, 'set', 50.0),
    (2, 'personnel', 20.0, 'hour', 58.0), (2, 'substitutes', 2.0, 'day', 190.0),
    (3, 'personnel', 16.0, 'hour', 58.0), (3, 'platform', 1.0, 'licence', 900.0),
    (5, 'personnel', 10.0, 'hour', 58.0), (5, 'platform', 1.0, 'licence', 300.0),
    (6, 'personnel', 16.0, 'hour', 58.0), (6, 'platform', 1.0, 'licence', 500.0),
    (7, 'personnel', 20.0, 'hour', 58.0), (7, 'platform', 1.0, 'licence', 450.0), (7, 'materials', 1.0, 'set', 60.0),
    (8, 'personnel', 30.0, 'hour', 58.0), (8, 'facilities', 4.0, 'day', 60.0)
) AS t(arm, ingredient, units, unit, price);

CREATE TABLE coach_year AS
SELECT d, y, coach, count(*) AS teachers, CAST(80000 + 30000 * u('salary', 1000000 * (16 * d + y) + coach) AS DECIMAL(14, 2)) AS salary
FROM coached GROUP BY d, y, coach;

-- Quantities are scaled so that the whole comes to $18,000 a teacher, coaches included.
CREATE TABLE cost AS
WITH need AS (
    SELECT d, y, arm, program_id, n, ingredient, unit, participants * units AS quantity,
           CAST(price * (0.9 + 0.2 * u('price', 100000 * (16 * d + y) + 1000 * arm + 10 * n + j)) AS DECIMAL(14, 2)) AS unit_price
    FROM (SELECT d, y, arm, j, program_id, count(*) AS participants FROM participation GROUP BY d, y, arm, j, program_id)
    JOIN ingredient USING (arm)
), scale AS (
    SELECT d, y, (18000 * teachers - coalesce(salaries, 0)) / needed AS factor
    FROM (SELECT d, y, CAST(sum(CAST(quantity * unit_price AS DECIMAL(24, 6))) AS DOUBLE) AS needed FROM need GROUP BY d, y)
    JOIN (SELECT d, count(*) AS teachers FROM position GROUP BY d) USING (d)
    LEFT JOIN (SELECT d, y, CAST(sum(salary) AS DOUBLE) AS salaries FROM coach_year GROUP BY d, y) USING (d, y)
)
SELECT d, y, printf('pc-%d-%d-%s-%d', d + 1, y, program_id, n) AS cost_id, program_id, ingredient,
       CAST(quantity * factor AS DECIMAL(14, 3)) AS quantity, unit, unit_price
FROM need JOIN scale USING (d, y)
UNION ALL
SELECT d, y, printf('pc-%d-%d-coach-%d', d + 1, y, coach), program_id, 'personnel', 1, 'coach year', salary
FROM coach_year JOIN program ON arm = 2 AND j = coach % 8;
