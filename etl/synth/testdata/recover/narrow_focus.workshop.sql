SELECT difference(estimate(CASE WHEN skills_targeted = 1 THEN spring / fall - 1 END), estimate(CASE WHEN skills_targeted > 1 THEN spring / fall - 1 END))
FROM teacher_year JOIN pd_program ON program_id = programs[1] WHERE kinds = 'workshop'
