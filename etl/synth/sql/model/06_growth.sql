-- Growth over the school year, as a share of the observed baseline. Part of it
-- has nothing to do with programmes but much with who takes them up.
CREATE MACRO device_effect(device) AS
    CASE device WHEN 'personal' THEN 0.015 WHEN 'shared' THEN -0.020 ELSE -0.050 END;
CREATE MACRO design_effect(weeks, skills) AS
    0.0015 * weeks + CASE skills WHEN 1 THEN 0.030 ELSE 0 END;

CREATE TABLE growing AS
SELECT uptake.*, school_growth + CASE WHEN experience <= 3 THEN 0.030 WHEN experience >= 20 THEN -0.015 ELSE 0 END
           + CASE device WHEN 'personal' THEN 0.015 WHEN 'shared' THEN 0 ELSE -0.025 END AS circumstances,
       coalesce(w.design, 0) AS design
FROM uptake
LEFT JOIN (SELECT ty, design_effect(weeks, skills) AS design FROM participation WHERE arm = 0) AS w USING (ty);
DROP TABLE uptake;

-- Constants that make the planted averages exact, whoever took part: baseline
-- weights, since a gain in percent is a ratio of means.
CREATE TABLE calibration AS
SELECT coalesce(ratio_if(baseline * circumstances, baseline, arm = 1), 0) AS ai_circumstances,
       coalesce(ratio_if(baseline * device_effect(device), baseline, arm = 1), 0) AS ai_device,
       coalesce(ratio_if(baseline * design, baseline, arm = 0), 0) AS workshop_design,
       0.07 - ai_circumstances AS untreated,
       untreated + coalesce(ratio_if(baseline * circumstances, baseline, arm = 2), 0) AS coached_untreated,
       -- 2.8 times the growth without a coach
       1.8 * coached_untreated / coalesce(ratio_if(baseline * sessions, baseline, arm = 2), 7) AS per_session
FROM growing;

CREATE TABLE teacher_year AS
WITH affected AS (
    SELECT growing.*, untreated + circumstances AS untreated_growth,
           CASE arm WHEN 0 THEN design - workshop_design
                    WHEN 1 THEN 0.11 + device_effect(device) - ai_device
                    WHEN 2 THEN per_session * sessions
                    WHEN 3 THEN CASE WHEN early_career THEN 0.12 ELSE 0.05 END
                    WHEN 4 THEN per_session * sessions + CASE WHEN early_career THEN 0.12 ELSE 0.05 END + 0.03
                    WHEN 5 THEN 0.03
                    WHEN 6 THEN 0.05
                    WHEN 7 THEN 0
                    WHEN 8 THEN 0.02 END AS effect
    FROM growing, calibration
), grown AS (
    SELECT *, baseline * (1 + untreated_growth + effect + 0.04 * z('growth', ty)) AS spring_level FROM affected
)
SELECT * EXCLUDE (circumstances, design, uptake, school_growth),
       spring_level + CASE spring_visits WHEN 1 THEN visit_error(ty, 4) ELSE (visit_error(ty, 4) + visit_error(ty, 5)) / 2 END AS outcome,
       -- the teacher's effect on students, in standard deviations of the score
       0.12 * (0.5 * quality_z + sqrt(0.75) * z('value added', teacher))
           + CASE arm WHEN 1 THEN 0.05 WHEN 2 THEN 0.01 * sessions WHEN 3 THEN 0.03 WHEN 4 THEN 0.03 + 0.01 * sessions WHEN 8 THEN 0.02 ELSE 0 END AS value_added
FROM grown;
DROP TABLE growing;
