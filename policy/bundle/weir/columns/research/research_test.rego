package weir.columns.research_test

import data.weir.columns.research
import data.weir.fixture

masks := found if {
	all := research.masks with data.catalog.datasets as fixture.datasets
		with input as fixture.researching
	found := {name: {column: {f.mask | some f in entries} | some column, entries in masked} | some name, masked in all}
}

test_people_are_hashed if masks.teacher.teacher_key == {{"kind": "hash"}}

test_quasi_identifiers if {
	masks.teacher.subject == {{"kind": "show"}}
	masks.teacher.hire_date == {{"kind": "truncate", "unit": "year"}}
}

test_unknown_quasi_identifiers_are_hidden if masks.teacher.shoe_size == {{"kind": "hide"}}

test_dates_about_people if {
	masks.teacher.effective_from == {{"kind": "truncate", "unit": "month"}}
	not masks.academic_session.start_date
}

test_schools if {
	some mask in masks.school.school_id
	mask.other == "small school"
	mask.population.minimum == 10
	count(masks.teacher.school_id) == 1
}

test_records_about_people if {
	masks.coaching_session.coaching_session_id == {{"kind": "hash"}}
	not masks.coaching_session.program_id
	not masks.academic_session.session_id
}

test_one_mask_a_column if {
	every masked in masks {
		every found in masked {
			count(found) == 1
		}
	}
}

test_others_are_not_concerned if {
	count(research.masks) == 0 with data.catalog.datasets as fixture.datasets
		with input as object.union(fixture.researching, {"purpose": "coaching"})
}
