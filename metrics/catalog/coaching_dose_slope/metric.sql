SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, spring / fall - 1 AS value, sessions AS x
FROM growth_mix
JOIN (SELECT teacher_key, session_id, sessions FROM coaching_year WHERE coach_type = 'human') USING (teacher_key, session_id)
WHERE mix = 'human_coaching'
