SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, CASE WHEN skills_targeted = 1 THEN true WHEN skills_targeted >= 5 THEN false END AS treated, spring - fall AS numerator, fall AS denominator
FROM growth_mix
JOIN pd_program USING (program_id)
WHERE mix = 'workshop'
