-- The files of a synthetic district as a researcher sees them: consenting
-- teachers, bands of experience, dates by the month. Keys are the files' own.
CREATE TABLE consenting AS
SELECT teacher_number FROM research_consent
WHERE consented AND withdrawn_on IS NULL;
CREATE TABLE person AS
SELECT identifier AS teacher_key, email AS teacher_email FROM users
WHERE email IS NOT NULL AND identifier IN (SELECT teacher_number FROM consenting);

CREATE SCHEMA seen;
CREATE TABLE seen.school AS SELECT DISTINCT school_id, NULL AS level FROM teacher;
CREATE TABLE seen.teacher AS
SELECT teacher_number AS teacher_key, effective_from, effective_to, school_id, role, device_access,
       CASE WHEN years_experience < 4 THEN '0-3' WHEN years_experience < 10 THEN '4-9' WHEN years_experience < 20 THEN '10-19' ELSE '20+' END AS years_experience
FROM teacher WHERE teacher_number IN (SELECT teacher_number FROM consenting);
CREATE TABLE seen.pd_program AS FROM pd_program;
CREATE TABLE seen.pd_engagement AS
SELECT teacher_key, program_id, CAST(date_trunc('month', started_at) AS DATE) AS started_at, minutes, satisfaction_rating
FROM pd_engagement JOIN person USING (teacher_email);
CREATE TABLE seen.coaching_session AS
SELECT teacher_key, program_id, coach_type, CAST(date_trunc('month', held_at) AS DATE) AS held_at
FROM coaching_session JOIN person USING (teacher_email);
CREATE TABLE seen.practice_change AS
SELECT teacher_key, program_id, CAST(date_trunc('month', learned_on) AS DATE) AS learned_on, in_use_at_3_months
FROM practice_change JOIN person USING (teacher_email);
CREATE TABLE seen.survey_response AS
SELECT teacher_key, CAST(date_trunc('month', answered_on) AS DATE) AS answered_on, changed_practice
FROM survey_response JOIN person USING (teacher_email);
CREATE TABLE seen.section_teacher AS
SELECT section_id, teacher_key, CAST(instruction_share AS DECIMAL(4, 3)) AS instruction_share
FROM section_teacher JOIN person USING (teacher_email);
CREATE TABLE seen.student_outcome AS
SELECT student_number AS student_key, section_id, CAST(date_trunc('month', assessed_on) AS DATE) AS assessed_on, scale_score FROM student_outcome;
CREATE TABLE seen.observation_score AS
SELECT teacher_number AS teacher_key, CAST(date_trunc('month', observed_on) AS DATE) AS observed_on, CAST(score AS DECIMAL(5, 2)) AS score
FROM observation_score WHERE teacher_number IN (SELECT teacher_number FROM consenting);
USE seen;
