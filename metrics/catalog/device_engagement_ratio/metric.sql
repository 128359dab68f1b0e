SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, program_kind, CASE device_access WHEN 'none' THEN true WHEN 'personal' THEN false END AS treated, minutes AS numerator
FROM participant
