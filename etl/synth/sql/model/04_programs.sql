-- One hundred programmes: 24 with sustained follow-up, 31 with active practice.
-- Half of the workshops with follow-up, and half of the others, target one skill.
CREATE TABLE kind AS
SELECT * FROM (VALUES
    (0, 'workshop', 52, false, 6.5, 0.2, 1),
    (1, 'ai_personalized', 8, true, 16.0, 24.0, 20),
    (2, 'human_coaching', 8, true, 16.0, 26.0, 10),
    (3, 'ai_coaching', 6, true, 16.0, 26.0, 16),
    (5, 'micro_learning', 8, false, 6.5, 20.0, 40),
    (6, 'just_in_time', 6, true, 16.0, 26.0, 24),
    (7, 'micro_credential', 6, false, 6.5, 16.0, 8),
    (8, 'plc', 6, false, 6.5, 26.0, 6)
) AS t(arm, kind, programs, personalized, hours, weeks, modules);

CREATE TABLE program AS
SELECT arm, j, printf('PD-%s-%02d', kind, j + 1) AS program_id, kind, personalized, hours,
       CASE kind WHEN 'workshop' THEN j < 10 WHEN 'human_coaching' THEN true WHEN 'ai_coaching' THEN true ELSE false END AS follow_up,
       CASE kind WHEN 'workshop' THEN j % 7 = 3 WHEN 'micro_learning' THEN j < 4
                 ELSE kind IN ('human_coaching', 'ai_coaching', 'plc') END AS active_practice,
       CASE WHEN kind = 'workshop' AND follow_up THEN 6 + 2 * j ELSE weeks END AS weeks,
       CASE WHEN kind = 'workshop' AND follow_up THEN 6 ELSE modules END AS modules,
       CASE WHEN kind <> 'workshop' THEN 1 + j % 3 WHEN j % 2 = 0 THEN 1 ELSE 5 + j % 4 END AS skills
FROM kind, LATERAL (SELECT unnest(range(programs)) AS j);
