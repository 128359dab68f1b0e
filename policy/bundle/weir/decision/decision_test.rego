package weir.decision_test

import data.weir.decision
import data.weir.fixture

test_what_nothing_grants_is_not_allowed if {
	not "pd_engagement" in decision.allowed with input as fixture.session(["coach"], "coaching")
		with data.catalog.datasets as fixture.datasets
}

test_refusal_outdoes_grant if {
	roles := {"r": {"grants": {"school": {{"rows": "all", "columns": {"name"}, "why": "w"}}}}}
	base := fixture.session(["r"], "x")
	acting := {"acting": {"r"}, "purposes": set(), "refusal": ""}
	decision.allowed == {"school"} with input as base
		with data.weir.session as acting
		with data.weir.roles as roles
		with data.weir.deny as {}
	decision.allowed == set() with input as base
		with data.weir.session as acting
		with data.weir.roles as roles
		with data.weir.deny as {"d": {"denied": {"school": {"no"}}}}
}

two_roles(one, other) := {
	"r": {"grants": {"school": {object.union({"rows": "all", "columns": {"name", "school_id"}, "why": "one"}, one)}}},
	"s": {"grants": {"school": {object.union({"rows": "own", "columns": {"name"}, "why": "other"}, other)}}},
}

test_two_grants_show_common_columns_of_the_rows_of_either if {
	a := decision.answer.allowed.school with data.weir.session as {"acting": {"r", "s"}, "purposes": set(), "refusal": ""}
		with data.weir.roles as two_roles({}, {})
		with data.weir.deny as {}
		with data.weir.columns as {}
		with data.weir.config.roles as {}
	object.keys(a.columns) == {"name"}
	a.rows == {"all", "own"}
	a.why == {"one", "other"}
}

test_rows_and_figures_do_not_mix if {
	count(decision.allowed) == 0 with data.weir.session as {"acting": {"r", "s"}, "purposes": set(), "refusal": ""}
		with data.weir.roles as two_roles({}, {"figures": {"by": ["name"]}})
		with data.weir.deny as {}
}

test_masks if {
	one := {"a": {"masks": {"school": {"name": {{"mask": {"kind": "null"}, "why": "one"}}}}}}
	two := object.union(one, {"b": {"masks": {"school": {"name": {{"mask": {"kind": "hash"}, "why": "two"}}}}}})
	columns := decision.columns.school with data.weir.session as {"acting": {"r"}, "purposes": set(), "refusal": ""}
		with data.weir.roles as two_roles({}, {})
		with data.weir.deny as {}
		with data.weir.columns as one
	columns == {
		"name": {"mask": {"kind": "null"}, "why": {"one"}},
		"school_id": {"mask": {"kind": "show"}, "why": []},
	}
	several := decision.columns.school with data.weir.session as {"acting": {"r"}, "purposes": set(), "refusal": ""}
		with data.weir.roles as two_roles({}, {})
		with data.weir.deny as {}
		with data.weir.columns as two
	several.name == {"mask": {"kind": "hide"}, "why": {"one", "two"}}
}

test_answer_to_a_coach if {
	a := decision.answer with input as fixture.session(["coach", "teacher"], "coaching")
		with data.catalog.datasets as fixture.datasets
	a.refusal == ""
	a.acting == {"coach"}
	a.purposes == {"coaching", "self_service"}
	a.allowed.coaching_session.rows == {"coached"}
	a.allowed.coaching_session.minimum_cell == 10
	a.refused.observation == {"Coaches never see evaluations of others"}
	a.limits.statements == 4
	a.commands == set()
}

test_answer_to_a_steward if {
	a := decision.answer with input as fixture.session(["data_steward"], "operations")
		with data.catalog.datasets as fixture.datasets
	"vault" in a.commands
}

test_answer_to_no_one if {
	a := decision.answer with input as fixture.session([], "coaching")
		with data.catalog.datasets as fixture.datasets
	a.refusal == "the principal has no role"
	a.allowed == {}
	a.limits == {}
}

test_minimum_cell if {
	decision.minimum_cell("school") == 20 with input as fixture.researching
	decision.minimum_cell("m") == 30 with input as fixture.researching
		with data.weir.config.marts.declassified as {"m": {"tags": ["cost"], "k": 30, "until": "2026-01-01", "reason": "r"}}
}
