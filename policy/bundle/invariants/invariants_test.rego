package invariants.prove_test

import data.invariants
import data.weir.fixture

# harmless is a session that breaks nothing, of whoever acts in the roles.
harmless(roles) := {
	"roles": roles,
	"acting": roles,
	"purpose": "research",
	"agreement": true,
	"granted": {},
	"commands": [],
	"compartments": [],
}

# granting adds a granted dataset, all columns under one mask.
granting(session, name, mask, rows) := object.union(session, {"granted": {name: {
	"columns": {column: mask | some column, _ in fixture.datasets[name].columns},
	"rows": rows,
	"figures": false,
	"minimum_cell": 10,
}}})

# broken names the invariants that a session breaks.
broken(session) := {b.invariant | some b in found} if {
	found := invariants.broken with input as session
		with data.catalog.datasets as fixture.datasets
}

test_harmless if {
	every role, _ in data.weir.config.roles {
		broken(harmless([role])) == set()
	}
}

test_evaluator_granted_formative_data if {
	every name in ["coaching_session", "coach_assignment", "pd_engagement", "mart_coaching", "mart_mixed", "data_sharing_event"] {
		"No evaluator is granted formative data" in broken(granting(harmless(["evaluator"]), name, "show", "some"))
	}
	not "No evaluator is granted formative data" in broken(granting(harmless(["evaluator"]), "observation", "show", "some"))
}

test_evaluator_attaches_formative_data if {
	every compartment in ["formative", "mart_formative", "mart_formative_evaluative"] {
		broken(object.union(harmless(["evaluator"]), {"compartments": [compartment]})) == {"No evaluator's session attaches formative data"}
	}
}

test_evaluator_in_another_role if {
	broken(object.union(harmless(["coach", "evaluator"]), {"acting": ["coach"]})) == {"An evaluator acts in no other role"}
}

test_coach_granted_evaluations if {
	every name in ["observation", "mart_mixed", "mart_rating"] {
		"No coach is granted evaluations of others" in broken(granting(harmless(["coach", "researcher"]), name, "hash", "some"))
	}
	as_teacher := object.union(granting(harmless(["coach", "teacher"]), "observation", "show", "some"), {"acting": ["teacher"]})
	broken(as_teacher) == set()
	as_evaluator := object.union(granting(harmless(["coach", "evaluator"]), "observation", "show", "some"), {"acting": ["evaluator"]})
	broken(as_evaluator) == set()
}

test_coach_attaches_evaluations if {
	every compartment in ["evaluative", "mart_evaluative", "mart_formative_evaluative"] {
		broken(object.union(harmless(["coach"]), {"compartments": [compartment]})) == {"No coach's session attaches evaluations of others"}
	}
}

test_vault if {
	"Nobody is granted the vault" in broken(granting(harmless(["data_steward"]), "staff_identity", "hash", "some"))
	broken(object.union(harmless(["data_steward"]), {"compartments": ["vault"]})) == {"No session attaches the vault"}
	broken(object.union(harmless(["coach"]), {"commands": ["vault"]})) == {"Only data stewards command the vault"}
	broken(object.union(harmless(["data_steward"]), {"commands": ["vault"]})) == set()
}

test_direct_identifiers if {
	broken(granting(harmless(["district_leader"]), "mart_named", "show", "some")) == {"No direct identifier is granted"}
}

test_overseers if {
	every role in ["district_leader", "privacy_officer", "school_leader"] {
		"Leaders and privacy officers are granted no rows about single people" in broken(granting(harmless([role]), "teacher", "hash", "some"))
		broken(granting(harmless([role]), "mart_cost", "show", "all")) == set()
	}
}

test_overseers_attach_rows_about_people if {
	every role in ["district_leader", "privacy_officer", "school_leader"] {
		every compartment in ["core", "evaluative", "formative", "students"] {
			broken(object.union(harmless([role]), {"compartments": [compartment]})) == {"Leaders and privacy officers attach no file with rows about people"}
		}
		broken(object.union(harmless([role]), {"compartments": ["core_reference", "mart_core", "mart_formative"]})) == set()
	}
	broken(object.union(harmless(["privacy_officer"]), {"compartments": ["audit_log", "formative_reference"]})) == set()
}

test_all_rows_about_people if {
	every role in ["coach", "evaluator", "teacher"] {
		broken(granting(harmless([role]), "teacher", "show", "all")) == {"Who works with people is granted only the rows of some"}
		broken(granting(harmless([role]), "teacher", "show", "some")) == set()
	}
}

test_student_keys if {
	broken(granting(harmless(["teacher"]), "student_outcome", "show", "some")) == {"Student records are granted as class figures or for research only"}
	broken(granting(harmless(["researcher"]), "student_outcome", "hash", "some")) == set()
}

test_stewards if {
	broken(granting(harmless(["data_steward"]), "observation", "show", "all")) == {"Data stewards are granted core and operations only"}
	broken(granting(harmless(["data_steward"]), "teacher", "show", "all")) == set()
	broken(granting(harmless(["data_steward"]), "operations.load", "show", "all")) == set()
	broken(granting(harmless(["district_leader"]), "operations.load", "show", "all")) == {"Only data stewards are granted operations"}
}

test_audit_log if {
	broken(granting(harmless(["data_steward"]), "audit.decisions", "show", "all")) == {
		"Data stewards are granted core and operations only",
		"Only privacy officers are granted the audit log",
	}
	broken(granting(harmless(["privacy_officer"]), "audit.decisions", "show", "all")) == set()
}

test_small_figures if {
	small := object.union(granting(harmless(["privacy_officer"]), "mart_cost", "show", "all"), {"granted": {"mart_cost": {"minimum_cell": 4}}})
	broken(small) == {"No figure is about fewer than five people"}
}

test_research_without_agreement if {
	session := object.union(harmless(["researcher"]), {"agreement": false})
	broken(granting(session, "school", "show", "all")) == {"Research without an agreement has nothing"}
}

test_research_without_pseudonyms if {
	"Researchers see people as the agreement's own pseudonyms" in broken(granting(harmless(["researcher"]), "teacher", "null", "some"))
}

test_research_with_exact_dates if {
	"Researchers see no exact dates about people" in broken(granting(harmless(["researcher"]), "teacher", "show", "some"))
	broken(granting(harmless(["researcher"]), "academic_session", "show", "all")) == set()
}

test_research_without_consent if {
	broken(granting(harmless(["researcher"]), "teacher", "hash", "all")) == {"Researchers see rows about teachers only under a row rule"}
}

test_no_role if {
	session := object.union(harmless([]), {"commands": ["load"]})
	broken(granting(session, "school", "show", "all")) == {"Who acts in no role commands nothing", "Who acts in no role is granted nothing"}
}

test_role_of_others if {
	broken(object.union(harmless(["coach"]), {"acting": ["coach", "researcher"]})) == {"Nobody acts in a role that they do not have"}
}

window := {"from": "2024-04-01", "to": "2024-07-31"}

# studying is a research session of a study.
studying(phase, registered) := object.union(harmless(["researcher"]), {"study": {
	"phase": phase,
	"outcomes": ["pd_engagement"],
	"windows": [window],
	"registered": registered,
}})

test_design_without_bounds if {
	open := granting(studying("design", false), "observation_score", "hash", "some")
	"A study in design sees no row of an outcome window" in broken(open)
	bounded := object.union(open, {"granted": {"observation_score": {"bounds": [window.from, window.to]}}})
	not "A study in design sees no row of an outcome window" in broken(bounded)
	every name in ["mart_cost", "student_outcome"] {
		"A study in design sees no row of an outcome window" in broken(granting(studying("design", false), name, "hash", "some"))
	}
	not "A study in design sees no row of an outcome window" in broken(granting(studying("design", false), "pd_engagement", "hash", "some"))
	endless := object.union(bounded, {"study": {"windows": []}})
	"A study in design sees no row of an outcome window" in broken(endless)
}

test_design_with_an_outcome_beside_the_treatment if {
	title := "A study in design sees no outcome beside the treatment"
	granted := {"granted": {"pd_engagement": {"columns": {"minutes": "show"}, "rows": "some", "figures": false, "minimum_cell": 10}}}
	title in broken(object.union(studying("design", false), granted))
	not title in broken(object.union(studying("estimate", true), granted))
}

test_estimate_without_registration if {
	title := "A study that is not registered estimates nothing"
	title in broken(granting(studying("estimate", false), "pd_engagement", "hash", "some"))
	not title in broken(granting(studying("estimate", true), "pd_engagement", "hash", "some"))
}

test_study_for_another_purpose if {
	broken(object.union(studying("estimate", true), {"purpose": "coaching"})) == {"Only research has studies"}
}

test_log_of_studies if {
	broken(granting(harmless(["researcher"]), "research.study_event", "show", "some")) == set()
	every role, rows in {"researcher": "all", "privacy_officer": "some"} {
		broken(granting(harmless([role]), "research.study_event", "show", rows)) == {"Only researchers are granted the log of studies, and not of all agreements"}
	}
}
