SELECT district_id, kind AS program_kind, active_practice AS numerator
FROM pd_program
CROSS JOIN district
