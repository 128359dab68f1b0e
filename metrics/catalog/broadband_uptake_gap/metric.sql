SELECT t.teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, program_kind, CASE broadband_access WHEN 'no' THEN true WHEN 'yes' THEN false END AS treated, p.teacher_key IS NOT NULL AS numerator
FROM teacher_year AS t
CROSS JOIN (SELECT DISTINCT kind AS program_kind FROM pd_program)
LEFT JOIN (SELECT DISTINCT teacher_key, session_id, program_kind FROM participant) AS p USING (teacher_key, session_id, program_kind)
