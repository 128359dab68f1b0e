package weir.rows.formal_test

import data.weir.rows.formal

row(dataset, kind, evaluated, observed) := {
	"dataset": dataset,
	"row": {"type": kind},
	"related": {"evaluated": evaluated, "formally_observed": observed},
}

test_formal_observation if formal.include with input as row("observation", "formal", true, false)

test_informal_observation if not formal.include with input as row("observation", "informal", true, true)

test_observation_of_others if not formal.include with input as row("observation", "formal", false, true)

test_score_of_a_formal_observation if formal.include with input as row("observation_score", "", true, true)

test_score_of_an_informal_observation if not formal.include with input as row("observation_score", "formal", true, false)

test_other_dataset if not formal.include with input as row("teacher", "formal", true, true)
