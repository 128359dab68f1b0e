SELECT exactly(count(*) / count(DISTINCT (coach_number, begin_date))) FROM coach_assignment
