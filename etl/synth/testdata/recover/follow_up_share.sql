SELECT exactly(avg(CAST(follow_up AS INTEGER))) FROM pd_program
