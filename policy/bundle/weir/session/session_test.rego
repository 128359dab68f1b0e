package weir.session_test

import data.weir.fixture
import data.weir.session

test_exclusive_role_puts_out_others if {
	session.held == {"evaluator"} with input as fixture.session(["coach", "evaluator", "teacher"], "coaching")
}

test_roles_are_held if {
	session.held == {"coach", "teacher"} with input as fixture.session(["coach", "teacher"], "coaching")
}

test_only_roles_with_the_purpose_act if {
	session.acting == {"coach"} with input as fixture.session(["coach", "teacher"], "coaching")
	session.acting == {"district_leader", "school_leader"} with input as fixture.session(["district_leader", "school_leader", "teacher"], "pd_roi_review")
}

test_purposes_are_those_of_the_held_roles if {
	session.purposes == {"coaching", "self_service"} with input as fixture.session(["coach", "teacher"], "research")
	session.purposes == {"evaluation"} with input as fixture.session(["coach", "evaluator"], "coaching")
}

test_refusal_of_a_purpose if {
	session.refusal == "coaching is no purpose of evaluator" with input as fixture.session(["coach", "evaluator"], "coaching")
}

test_refusal_of_no_role if {
	session.refusal == "the principal has no role" with input as fixture.session([], "coaching")
	session.refusal == "unknown is no purpose of nobody" with input as fixture.session(["nobody"], "unknown")
}

test_refusal_outside_validity if {
	late := object.union(fixture.session(["coach"], "coaching"), {"on": "2027-01-01"})
	session.refusal == "the principal is not valid on this day" with input as late
	count(session.acting) == 0 with input as late
	early := object.union(fixture.session(["coach"], "coaching"), {"on": "2023-12-31"})
	not session.valid with input as early
}

test_open_validity if {
	session.valid with input as {"principal": {"roles": []}, "on": "2025-01-01"}
}

test_no_refusal if {
	session.refusal == "" with input as fixture.session(["coach"], "coaching")
}

test_agreement if {
	session.agreement.id == "a" with input as fixture.researching
}

test_agreement_of_others if {
	not session.agreement with input as object.union(fixture.researching, {"agreement": {"members": ["q"]}})
}

test_agreement_for_another_purpose if {
	not session.agreement with input as object.union(fixture.researching, {"agreement": {"purpose": "evaluation"}})
}

test_agreement_past_destruction if {
	session.agreement with input as object.union(fixture.researching, {"agreement": {"destroy_by": "2025-06-01"}})
	not session.agreement with input as object.union(fixture.researching, {"agreement": {"destroy_by": "2025-05-31"}})
}

test_agreement_without_destruction_date if {
	undated := json.remove(fixture.researching, ["/agreement/destroy_by"])
	not session.agreement with input as undated
}
