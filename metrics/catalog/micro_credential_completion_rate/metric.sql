SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, program_id, status NOT IN ('enrolled', 'withdrawn') AS numerator
FROM micro_credential
JOIN calendar ON day = enrolled_on
JOIN teacher_year USING (teacher_key, session_id)
