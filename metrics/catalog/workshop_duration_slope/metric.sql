SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, spring / fall - 1 AS value, designed_weeks AS x
FROM growth_mix
JOIN pd_program USING (program_id)
WHERE mix = 'workshop'
