SELECT slope(spring / fall - 1, designed_weeks) FROM teacher_year JOIN pd_program ON program_id = programs[1] WHERE kinds = 'workshop'
