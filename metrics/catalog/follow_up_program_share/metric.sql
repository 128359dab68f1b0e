SELECT district_id, kind AS program_kind, follow_up AS numerator
FROM pd_program
CROSS JOIN district
