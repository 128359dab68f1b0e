SELECT school.school_id, school.district_id, audience, change, min(occurred_on) AS occurred_on
FROM data_sharing_event AS e
JOIN school ON e.school_id = school.school_id OR e.school_id IS NULL AND e.district_id = school.district_id
GROUP BY ALL
