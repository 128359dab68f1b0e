package weir.rows.schools_in_districts_test

import data.weir.rows.schools_in_districts

row(district, school) := {"principal": {"schools": ["s1"], "districts": ["d1"]}, "row": {"district_id": district, "school_id": school}}

test_own_school if schools_in_districts.include with input as row("d1", "s1")

test_own_district_as_a_whole if schools_in_districts.include with input as row("d1", null)

test_other_school_of_the_district if not schools_in_districts.include with input as row("d1", "s2")

test_other_district if not schools_in_districts.include with input as row("d2", null)
