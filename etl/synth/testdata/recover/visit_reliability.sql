SELECT correlation(list_extract(visits, 1), list_extract(visits, 2))
FROM (SELECT list(score ORDER BY observation_id) AS visits FROM score WHERE half = 'F' GROUP BY teacher_number, ends HAVING count(*) = 2)
