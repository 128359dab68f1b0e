SELECT teacher_key, district_id, school_id, session_id, grade_band, subject, experience_band, device_access, broadband_access, rating IN ('effective', 'highly_effective') AS numerator
FROM evaluation_rating
JOIN teacher_year USING (teacher_key, session_id)
