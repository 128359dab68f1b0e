SELECT name
FROM pd_program
WHERE cost > 1
