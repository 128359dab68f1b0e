SELECT exactly(avg(CAST(active_practice AS INTEGER))) FROM pd_program
