-- What was planted. "value" is the planted value, "realised" what the files hold
-- of it without further adjustment, and "naive" what the plain comparison of
-- those who took part with those who did not would give in its place.
CREATE TABLE quantity (
    id VARCHAR, description VARCHAR, population VARCHAR, comparison VARCHAR, source VARCHAR,
    value DOUBLE, realised DOUBLE, naive DOUBLE
);

-- A small district may lack what a quantity is about.
CREATE MACRO stated(x) AS CASE WHEN isfinite(x) THEN round(x, 9) END;

-- Gains, in shares of the fall level: ratios of means.
CREATE TABLE gain AS
SELECT arm, count(*) AS n, ratio_if(outcome, baseline, true) - 1 AS gain, mean(baseline) AS baseline, mean(outcome) AS outcome,
       ratio_if(baseline * effect, baseline, true) AS effect, mean(baseline * effect) AS points,
       ratio_if(baseline * untreated_growth, baseline, true) AS untreated
FROM teacher_year GROUP BY arm;

INSERT INTO quantity
SELECT 'observation_gain.ai_personalized', 'gain of the mean observation score from fall to spring, as a share of the fall mean',
       'teacher-years in an ai_personalized programme', 'none', 'observation.session_id, observation_score.score, pd_engagement.program_id, pd_program.kind',
       untreated + effect, gain, NULL FROM gain WHERE arm = 1
UNION ALL
SELECT 'observation_gain.workshop_matched', 'the same gain without a programme',
       'workshop teacher-years weighted to be like those in ai_personalized in fall score, experience, device access and school', 'none', 'as above',
       ai.untreated, NULL, workshop.gain FROM gain AS ai, gain AS workshop WHERE ai.arm = 1 AND workshop.arm = 0
UNION ALL
SELECT 'observation_gain.workshop', 'the same gain, unweighted', 'all teacher-years in a workshop', 'none', 'as above', untreated + effect, gain, NULL FROM gain WHERE arm = 0
UNION ALL
SELECT 'effect.' || kind, 'effect on the gain, as a share of the fall score (average over those who took part)',
       'teacher-years in a programme of the kind, and of no other kind', 'workshop teacher-years alike in fall score, experience, device access and school', 'as above',
       treated.effect, NULL, treated.gain - workshop.gain
FROM gain AS treated JOIN kind USING (arm), gain AS workshop WHERE treated.arm > 0 AND workshop.arm = 0
UNION ALL
SELECT 'effect.human_and_ai_coaching', 'the same effect of both kinds of coaching together', 'teacher-years with a human coach and an AI coach', 'as above', 'as above',
       treated.effect, NULL, treated.gain - workshop.gain
FROM gain AS treated, gain AS workshop WHERE treated.arm = 4 AND workshop.arm = 0
UNION ALL
SELECT 'spring_score.' || kind, 'effect on the spring observation score, in points of the scale from 1 to 4', 'as effect.' || kind, 'as effect.' || kind, 'as above',
       treated.points, NULL, treated.outcome - workshop.outcome
FROM gain AS treated JOIN kind USING (arm), gain AS workshop WHERE treated.arm > 0 AND workshop.arm = 0
UNION ALL
SELECT 'improvement_ratio.coached', 'gain of regularly coached teachers, as a multiple of the gain of workshop-only teachers',
       'teacher-years in a human_coaching programme and no other kind', 'workshop teacher-years alike in fall score, experience, device access and school', 'as above',
       (coached.untreated + coached.effect) / coached.untreated, NULL, coached.gain / workshop.gain
FROM gain AS coached, gain AS workshop WHERE coached.arm = 2 AND workshop.arm = 0
UNION ALL
SELECT 'interaction.human_and_ai_coaching', 'gain of both kinds of coaching together beyond the sum of each alone', 'teacher-years with both, one, or a workshop', 'the sum of the two effects', 'as above', 0.03, NULL, NULL
UNION ALL
SELECT 'dose.human_coaching', 'gain for one coaching session more', 'teacher-years in a human_coaching programme and no other kind', 'a session less', 'count of coaching_session rows with coach_type human', per_session, NULL, NULL FROM calibration
UNION ALL
SELECT 'duration.workshop', 'gain for one week of designed duration more', 'workshop teacher-years', 'a week less, the number of skills alike', 'pd_program.designed_weeks', 0.0015, NULL, NULL
UNION ALL
SELECT 'narrow_focus.workshop', 'gain of workshops that target one skill over those that target five or more', 'workshop teacher-years', 'duration alike', 'pd_program.skills_targeted', 0.03,
       ratio_if(outcome, baseline, skills = 1) - ratio_if(outcome, baseline, skills > 1), NULL
FROM teacher_year JOIN participation USING (ty) WHERE teacher_year.arm = 0
UNION ALL
SELECT 'effect.ai_coaching.early_career', 'effect of ai_coaching alone', 'teachers with at most 3 years of experience', 'workshop teacher-years alike', 'teacher.years_experience', 0.12, NULL, NULL
UNION ALL
SELECT 'effect.ai_coaching.experienced', 'effect of ai_coaching alone', 'teachers with more than 3 years of experience', 'workshop teacher-years alike', 'teacher.years_experience', 0.05, NULL, NULL
UNION ALL
SELECT 'effect.ai_personalized.device_' || device, 'effect of ai_personalized by device access', 'teacher-years with this access', 'workshop teacher-years alike', 'teacher.device_access',
       0.11 + device_effect(device) - ai_device, NULL, NULL
FROM calibration, (SELECT unnest(['personal', 'shared', 'none']) AS device)
UNION ALL
SELECT 'uptake.ai_personalized.device_' || device, 'share of teacher-years in ai_personalized', 'all teacher-years with this device access', 'none', 'teacher.device_access',
       mean(ai_chance), CAST(count(*) FILTER (WHERE arm = 1) AS DOUBLE) / count(*), NULL
FROM teacher_year GROUP BY device;

INSERT INTO quantity
SELECT 'visit_reliability', 'share of the variance of a visit''s score, within a fall semester, that lies between teachers; n visits: n r / (1 + (n - 1) r)',
       'fall visits of all teacher-years', 'none', 'observation.session_id, mean of observation_score.score over elements',
       variance / (variance + 0.0256), NULL, NULL
FROM (SELECT mean(fall_level * fall_level) - mean(fall_level) * mean(fall_level) AS variance FROM teacher_year);

INSERT INTO quantity
WITH rated AS (
    SELECT personalized, count(relevance_rating) AS n, count(*) FILTER (WHERE relevance_rating <= 2) AS low, mean(satisfaction_rating) AS satisfaction
    FROM file.pd_engagement JOIN file.pd_program USING (program_id) GROUP BY personalized
), generic AS (FROM rated WHERE NOT personalized), personal AS (FROM rated WHERE personalized)
SELECT 'not_relevant.generic', 'share of relevance ratings that are 1 or 2', 'rated sessions of programmes that are not personalised', 'none', 'pd_engagement.relevance_rating', 0.63, low / n, NULL FROM generic
UNION ALL
SELECT 'not_relevant.personalized', 'share of relevance ratings that are 1 or 2', 'rated sessions of personalised programmes', 'none', 'pd_engagement.relevance_rating', 0.25, low / n, NULL FROM personal
UNION ALL
SELECT 'satisfaction_ratio', 'mean satisfaction rating, personalised as a multiple of generic', 'rated sessions of personalised programmes', 'rated sessions of the other programmes', 'pd_engagement.satisfaction_rating',
       1.67, personal.satisfaction / generic.satisfaction, NULL FROM personal, generic;

INSERT INTO quantity
WITH spent AS (
    SELECT part, any_value(personalized) AS personalized, any_value(device) AS device, CAST(sum(minutes) AS DOUBLE) AS minutes FROM engagement GROUP BY part
)
SELECT 'engagement_ratio', 'minutes a participant, programme and year, personalised as a multiple of generic', 'participants of personalised programmes',
       'participants of the other programmes with the same device access', 'pd_engagement.minutes', 2.4, NULL, mean_if(minutes, personalized) / mean_if(minutes, NOT personalized) FROM spent
UNION ALL
SELECT 'engagement_ratio.device_none', 'minutes a participant, programme and year, without a device as a multiple of with a personal one', 'participants without a device',
       'participants with a personal device in programmes of the same kind', 'pd_engagement.minutes', 0.75 / 1.10, NULL, mean_if(minutes, device = 'none') / mean_if(minutes, device = 'personal') FROM spent;

-- A ratio of ratios: after over before where evaluators got access, over the same elsewhere.
INSERT INTO quantity
WITH monthly AS (
    SELECT s, date_trunc('month', started_at) AS month, sum(minutes) AS minutes FROM engagement GROUP BY ALL
), share AS (
    SELECT shared_on, month, sum(minutes) FILTER (WHERE monthly.s = sharing.s) AS own, sum(minutes) FILTER (WHERE monthly.s NOT IN (SELECT s FROM sharing)) AS others
    FROM monthly, sharing GROUP BY ALL
)
SELECT 'engagement_change.evaluators_get_access', 'change of minutes once evaluators may see individual PD records', 'schools with a data_sharing_event for evaluators, from its date on',
       'the same schools before, relative to schools without such an event', 'pd_engagement.minutes, data_sharing_event', -0.53,
       (sum(own) FILTER (WHERE month >= shared_on) / sum(own) FILTER (WHERE month < shared_on))
       / (sum(others) FILTER (WHERE month >= shared_on) / sum(others) FILTER (WHERE month < shared_on)) - 1, NULL
FROM share;

INSERT INTO quantity
WITH answer AS (SELECT * FROM file.survey_response JOIN (SELECT 'sr-' || ty AS response_id, y, personal, followed_up, shared FROM respondent) USING (response_id))
SELECT 'not_relevant.survey_generic', 'share of relevance answers that are 1 or 2', 'answers of teachers in no personalised programme that year', 'none', 'survey_response.relevance', 0.63,
       count(*) FILTER (WHERE relevance <= 2 AND NOT personal) / count(*) FILTER (WHERE NOT personal), NULL FROM answer
UNION ALL
SELECT 'prefers_self_paced', 'share that prefers self-paced PD', 'all answers', 'none', 'survey_response.prefers_self_paced', 0.71, count(*) FILTER (WHERE prefers_self_paced) / count(*), NULL FROM answer
UNION ALL
SELECT 'prefers_own_schedule', 'share that wants PD on their own schedule', 'all answers', 'none', 'survey_response.prefers_own_schedule', 0.67, count(*) FILTER (WHERE prefers_own_schedule) / count(*), NULL FROM answer
UNION ALL
SELECT 'changed_practice', 'share that changed any practice because of PD', 'all answers', 'none', 'survey_response.changed_practice', 0.29, count(*) FILTER (WHERE changed_practice) / count(*), NULL FROM answer
UNION ALL
SELECT 'follow_up_risk_ratio', 'share that changed a practice, with follow-up as a multiple of without', 'answers of teachers in a programme with follow-up that year', 'answers of the other teachers',
       'survey_response.changed_practice, pd_program.follow_up', 3.5,
       (count(*) FILTER (WHERE changed_practice AND followed_up) / count(*) FILTER (WHERE followed_up))
       / (count(*) FILTER (WHERE changed_practice AND NOT followed_up) / count(*) FILTER (WHERE NOT followed_up)), NULL FROM answer
UNION ALL
SELECT 'trust_change.evaluators_get_access', 'change of the mean trust answer once evaluators may see individual PD records', 'answers after a data_sharing_event for evaluators in the school', 'all other answers',
       'survey_response.trust', -0.8, mean_if(trust, coalesce(shared, false)) - mean_if(trust, NOT coalesce(shared, false)), NULL FROM answer
UNION ALL
SELECT item || '_trend', 'change of the mean answer a year', 'all answers', 'the year before', 'survey_response.' || item, value, NULL, NULL
FROM (VALUES ('confidence', 0.08), ('innovation', 0.12), ('collaboration', 0.08)) AS t(item, value);

INSERT INTO quantity
SELECT 'follow_up_share', 'share of programmes with sustained follow-up', 'all programmes', 'none', 'pd_program.follow_up', 0.24, count(*) FILTER (WHERE follow_up) / count(*), NULL FROM file.pd_program
UNION ALL
SELECT 'active_practice_share', 'share of programmes with active practice', 'all programmes', 'none', 'pd_program.active_practice', 0.31, count(*) FILTER (WHERE active_practice) / count(*), NULL FROM file.pd_program
UNION ALL
SELECT 'cost_per_teacher_year', 'cost of all programmes for a teacher and year, in dollars', 'all teachers, in a programme or not', 'none', 'pd_cost.amount', 18000,
       CAST(sum(amount) AS DOUBLE) / (getvariable('teachers') * getvariable('years')), NULL FROM file.pd_cost
UNION ALL
SELECT 'coach_load', 'teachers of a coach', 'human coaches, by year', 'none', 'coach_assignment', mean(teachers), mean(teachers), NULL FROM coach_year
UNION ALL
SELECT 'coach_cost', 'salary and benefits of a coach for a year, in dollars', 'human coaches', 'none', 'pd_cost.amount where unit is coach year', 95000, mean(salary), NULL FROM coach_year
UNION ALL
SELECT 'ai_expert_correlation', 'correlation of the AI''s score with an expert''s; ICC(2,1) is the same, the raters'' means and variances being equal', 'lessons scored by both', 'none',
       'coaching_feedback.ai_score, expert_score', 0.81, round(corr(ai_score, expert_score ORDER BY feedback_id), 9), NULL FROM file.coaching_feedback
UNION ALL
SELECT 'useful.ai_lesson_plan_feedback', 'share of usefulness ratings that are 4 or 5', 'rated AI feedback on lesson plans', 'none', 'coaching_session.usefulness_rating', 0.74,
       count(*) FILTER (WHERE usefulness_rating >= 4) / count(usefulness_rating), NULL FROM file.coaching_session WHERE coach_type = 'ai' AND kind = 'lesson_plan_feedback'
UNION ALL
SELECT 'self_assessment_gap', 'mean self-assessed level minus benchmark level', 'all assessments', 'none', 'skill_assessment.self_level, benchmark_level', 0.4, mean(self_level - benchmark_level), NULL FROM file.skill_assessment
UNION ALL
SELECT 'micro_credential_award_rate', 'share awarded and not revoked', 'all micro-credentials enrolled for', 'none', 'micro_credential.status', 0.5, count(*) FILTER (WHERE status = 'awarded') / nullif(count(*), 0), NULL FROM file.micro_credential
UNION ALL
SELECT 'micro_credential_completion_rate', 'share whose evidence was submitted', 'all micro-credentials enrolled for', 'none', 'micro_credential.status', 0.7, count(*) FILTER (WHERE status NOT IN ('enrolled', 'withdrawn')) / nullif(count(*), 0), NULL FROM file.micro_credential
UNION ALL
SELECT 'research_consent', 'share of teachers that consented to research', 'all teachers', 'none', 'research_consent.consented', 0.82, count(*) FILTER (WHERE consented) / count(*), NULL FROM file.research_consent
UNION ALL
SELECT 'research_consent.standing', 'share of teachers whose consent to research stands', 'all teachers', 'none', 'research_consent.consented, withdrawn_on', 0.82 * 0.97,
       count(*) FILTER (WHERE consented AND withdrawn_on IS NULL) / count(*), NULL FROM file.research_consent;

INSERT INTO quantity
SELECT 'micro_credential_schools.' || ends, 'share of schools that offer micro-credentials; realised: where a teacher enrolled', 'all schools', 'none', 'micro_credential.enrolled_on, teacher.school_id',
       micro_credential_share(y), count(DISTINCT t.s) / schools(), NULL
FROM school_year LEFT JOIN (FROM teacher_year WHERE arm = 7) AS t USING (y)
WHERE y IN (0, getvariable('years') - 1) GROUP BY y, ends ORDER BY y;

INSERT INTO quantity
WITH learned AS (
    SELECT kind, personalized, first_applied_on <= learned_on + 7 AS soon, in_use_at_3_months AS kept FROM file.practice_change JOIN file.pd_program USING (program_id)
), rate AS (
    SELECT count(*) FILTER (WHERE soon AND personalized) / count(*) FILTER (WHERE personalized) AS soon_personalized,
           count(*) FILTER (WHERE soon AND kind = 'workshop') / count(*) FILTER (WHERE kind = 'workshop') AS soon_workshop,
           count(*) FILTER (WHERE kept AND kind = 'workshop') / count(kept) FILTER (WHERE kind = 'workshop') AS kept_workshop,
           count(*) FILTER (WHERE kept AND kind = 'micro_learning') / nullif(count(kept) FILTER (WHERE kind = 'micro_learning'), 0) AS kept_micro FROM learned
)
SELECT 'applied_within_week.personalized', 'share of strategies first applied within 7 days', 'strategies from personalised programmes', 'none', 'practice_change.learned_on, first_applied_on', 0.64, soon_personalized, NULL FROM rate
UNION ALL
SELECT 'applied_within_week.workshop', 'share of strategies first applied within 7 days', 'strategies from workshops', 'none', 'practice_change.learned_on, first_applied_on', 0.23, soon_workshop, NULL FROM rate
UNION ALL
SELECT 'retention_3_months.workshop', 'share in use at three months', 'strategies from workshops that were applied at all', 'none', 'practice_change.in_use_at_3_months', 0.40, kept_workshop, NULL FROM rate
UNION ALL
SELECT 'retention_3_months.micro_learning', 'share in use at three months', 'strategies from micro-learning that were applied at all', 'none', 'practice_change.in_use_at_3_months', 0.564, kept_micro, NULL FROM rate
UNION ALL
SELECT 'retention_ratio', 'share in use at three months, micro-learning as a multiple of workshops', 'as retention_3_months.micro_learning', 'as retention_3_months.workshop', 'practice_change.in_use_at_3_months', 1.41, kept_micro / kept_workshop, NULL FROM rate;

INSERT INTO quantity
WITH score AS (
    SELECT arm, total(prior) / count(*) AS prior, total(post) / count(*) AS post
    FROM student_year JOIN section USING (section_id) JOIN teacher_year USING (ty) WHERE student_year.tested IS NOT NULL GROUP BY arm
)
SELECT 'student_effect.' || kind, 'effect of a programme of the teacher on students'' spring scores, in score points',
       'tested students of teachers in a programme of the kind and of no other kind, by the share of instruction', 'students of workshop teachers alike in fall score, experience, device access and school, with the same prior score',
       'student_outcome.scale_score, section_teacher.instruction_share', points, NULL, 100 * (treated.post - treated.prior - workshop.post + workshop.prior)
FROM (SELECT arm, kind, CASE arm WHEN 1 THEN 5 WHEN 2 THEN (SELECT mean(sessions) FROM teacher_year WHERE arm = 2) WHEN 3 THEN 3 WHEN 8 THEN 2 ELSE 0 END AS points FROM kind WHERE arm > 0)
JOIN score AS treated USING (arm), score AS workshop WHERE workshop.arm = 0
UNION ALL
SELECT 'student_icc.school', 'share of the variance of fall scores that lies between schools', 'all tested students', 'none', 'student_outcome.scale_score of the Fall Screener', 0.15,
       0.15 * variance / (0.15 * variance + 0.85), NULL FROM (SELECT mean(student_z * student_z) - mean(student_z) * mean(student_z) AS variance FROM school);
