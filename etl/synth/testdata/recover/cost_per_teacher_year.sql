SELECT nearly((SELECT sum(amount) FROM pd_cost) / (SELECT count(*) FROM teacher_year), 0.01)
