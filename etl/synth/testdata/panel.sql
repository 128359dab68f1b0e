CREATE TABLE person AS SELECT identifier AS teacher_number, email AS teacher_email, "sourcedId" FROM users WHERE email IS NOT NULL;

CREATE TABLE score AS
SELECT teacher_number, CAST(substr(session_id, 3, 4) AS INTEGER) AS ends, right(session_id, 1) AS half, observation_id, avg(score) AS score
FROM observation JOIN observation_score USING (observation_id, teacher_number) GROUP BY ALL;

CREATE TABLE took AS
SELECT DISTINCT teacher_number, CASE WHEN month(started_at) >= 8 THEN 1 ELSE 0 END + year(started_at) AS ends, program_id
FROM pd_engagement JOIN person USING (teacher_email);

CREATE TABLE teacher_year AS
SELECT t.teacher_number, year(effective_to) AS ends, school_id, CAST(years_experience AS DOUBLE) AS experience, device_access AS device,
       fall.score AS fall, spring.score AS spring, kinds, programs
FROM teacher AS t
JOIN (SELECT teacher_number, ends, avg(score) AS score FROM score WHERE half = 'F' GROUP BY ALL) AS fall ON fall.teacher_number = t.teacher_number AND fall.ends = year(effective_to)
JOIN (SELECT teacher_number, ends, avg(score) AS score FROM score WHERE half = 'S' GROUP BY ALL) AS spring ON spring.teacher_number = t.teacher_number AND spring.ends = year(effective_to)
JOIN (SELECT teacher_number, ends, string_agg(kind, ' ' ORDER BY kind) AS kinds, list(program_id ORDER BY kind) AS programs FROM took JOIN pd_program USING (program_id) GROUP BY ALL) AS arm
    ON arm.teacher_number = t.teacher_number AND arm.ends = year(effective_to)
WHERE t.role = 'teacher';

CREATE TABLE shared AS SELECT school_id, occurred_on AS shared_on FROM data_sharing_event WHERE audience = 'evaluators';
CREATE TABLE survey AS SELECT survey_response.*, teacher_number, school_id, year(effective_to) AS ends
FROM survey_response JOIN person USING (teacher_email) JOIN teacher USING (teacher_number) WHERE answered_on BETWEEN effective_from AND effective_to;
CREATE TABLE spent AS
SELECT device_access, kind, personalized, CAST(sum(minutes) AS DOUBLE) AS minutes
FROM pd_engagement JOIN pd_program USING (program_id) JOIN person USING (teacher_email) JOIN teacher AS t USING (teacher_number)
WHERE started_at BETWEEN t.effective_from AND t.effective_to GROUP BY device_access, kind, personalized, teacher_number, program_id, t.effective_to;

-- Students' scores come to their teacher, where one alone teaches.
CREATE TABLE student_panel AS
SELECT teacher_year.*, post, prior
FROM (SELECT section_id, avg(scale_score) FILTER (WHERE assessment = 'Spring Assessment') AS post, avg(scale_score) FILTER (WHERE assessment = 'Fall Screener') AS prior
      FROM student_outcome GROUP BY section_id)
JOIN section_teacher USING (section_id) JOIN person USING (teacher_email)
JOIN teacher_year ON teacher_year.teacher_number = person.teacher_number AND ends = year(end_date)
WHERE instruction_share = 1;
