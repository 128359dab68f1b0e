package opa_test

import (
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa"
)

func TestProve(t *testing.T) {
	t.Parallel()
	e := engine(t)
	start := time.Now()
	got, err := e.Prove(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v in %s on %d processors", got, time.Since(start), runtime.GOMAXPROCS(0))
	if got.Sessions != 256*(8*2+2) || got.Combinations != got.Sessions*got.Columns || got.Invariants < 15 {
		t.Errorf("got %+v", got)
	}
}

func TestABundleThatBreaksAnInvariantIsRefused(t *testing.T) {
	t.Parallel()
	datasets, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	const silent = "deny/formative_data_from_evaluators/formative_data_from_evaluators.rego"
	grant := func(role, dataset, rows string) string {
		return "package weir.roles." + role + "\n\ngrants." + dataset + " contains {\"rows\": \"" + rows +
			"\", \"columns\": object.keys(data.catalog.datasets." + dataset + ".columns), \"why\": \"\"}\n"
	}
	tests := []struct {
		name    string
		changes map[string]string
		want    opa.Counterexample
	}{
		{
			"evaluators see coaching",
			map[string]string{
				"weir/" + silent:                 "package weir.deny.formative_data_from_evaluators\n",
				"weir/roles/evaluator/more.rego": grant("evaluator", "coaching_session", "evaluated"),
			},
			opa.Counterexample{
				Invariant: "No evaluator is granted formative data", Dataset: "coaching_session", Column: "coach_key",
				Roles: []policy.Role{policy.Evaluator}, Purpose: policy.Evaluation,
			},
		},
		{
			"evaluators see a mart made from coaching",
			map[string]string{
				"weir/" + silent:                 "package weir.deny.formative_data_from_evaluators\n",
				"weir/roles/evaluator/more.rego": grant("evaluator", "mart_coaching_effect", "schools"),
			},
			opa.Counterexample{
				Invariant: "No evaluator is granted formative data", Dataset: "mart_coaching_effect", Column: "district_id",
				Roles: []policy.Role{policy.Evaluator}, Purpose: policy.Evaluation,
			},
		},
		{
			"leaders see people",
			map[string]string{
				"weir/deny/people_from_overseers/people_from_overseers.rego": "package weir.deny.people_from_overseers\n",
				"weir/roles/school_leader/more.rego":                         grant("school_leader", "survey_response", "all"),
			},
			opa.Counterexample{
				Invariant: "Leaders and privacy officers are granted no rows about single people", Dataset: "survey_response", Column: "answered_on",
				Roles: []policy.Role{policy.SchoolLeader}, Purpose: policy.PDROIReview,
			},
		},
		{
			"researchers see those who do not consent",
			map[string]string{"weir/rows/agreed/agreed.rego": "package weir.rows.agreed\n\ninclude := true\n"},
			opa.Counterexample{
				Invariant: "Researchers see rows about teachers only under a row rule", Dataset: "coach_assignment",
				Roles: []policy.Role{policy.Researcher}, Purpose: policy.Research, Agreement: true,
			},
		},
		{
			"its own invariant",
			map[string]string{"invariants/own.rego": "package invariants\n\nbroken contains {\"invariant\": \"nobody teaches\", \"dataset\": \"\", \"column\": \"\"} if \"teacher\" in input.acting\n"},
			opa.Counterexample{
				Invariant: "nobody teaches", Roles: []policy.Role{policy.Teacher}, Purpose: policy.SelfService,
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := fetch(t, written(t, files(t, tt.changes)), nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = opa.New(t.Context(), b, datasets, opa.Options{Secret: secret()})
			got, ok := errors.AsType[*opa.Counterexample](err)
			if !ok {
				t.Fatalf("got %v, want a counterexample", err)
			}
			t.Log(got)
			if got.Invariant != tt.want.Invariant || got.Dataset != tt.want.Dataset || got.Column != tt.want.Column ||
				!slices.Equal(got.Roles, tt.want.Roles) || got.Purpose != tt.want.Purpose || got.Agreement != tt.want.Agreement {
				t.Errorf("got %+v, want %+v", *got, tt.want)
			}
		})
	}
}

func TestDroppedInvariantsStillHold(t *testing.T) {
	t.Parallel()
	datasets, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string]string{"weir/rows/agreed/agreed.rego": "package weir.rows.agreed\n\ninclude := true\n", "invariants/invariants_test.rego": ""}
	for _, name := range []string{"coaches", "evaluators", "people", "research", "session", "vault"} {
		changes["invariants/"+name+".rego"] = ""
	}
	b, err := fetch(t, written(t, files(t, changes)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opa.New(t.Context(), b, datasets, opa.Options{Secret: secret()}); err == nil {
		t.Error("a bundle without invariants is bound by none")
	}
}

func TestInvariantsHoldOfWhatTheProofDoesNotGoThrough(t *testing.T) {
	t.Parallel()
	e := other(t, map[string]string{
		"weir/deny/formative_data_from_evaluators/formative_data_from_evaluators.rego": "package weir.deny.formative_data_from_evaluators\n",
		"weir/roles/evaluator/more.rego":                                               "package weir.roles.evaluator\n\ngrants.survey_response contains {\"rows\": \"evaluated\", \"columns\": {\"trust\"}, \"why\": \"\"} if input.principal.id == \"friend\"\n",
	})
	if _, err := e.Prove(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := ask(policy.Evaluation, policy.Evaluator)
	r.Principal.ID = "friend"
	if _, err := e.Scope(t.Context(), r); err == nil {
		t.Error("a scope that breaks an invariant is returned")
	} else if _, ok := errors.AsType[*opa.Counterexample](err); !ok {
		t.Errorf("got %v, want a counterexample", err)
	}
}

// BenchmarkProve proves the built-in bundle over the warehouse's catalogue with
// marts. The limit is ten seconds.
func BenchmarkProve(b *testing.B) {
	e := engine(b)
	for b.Loop() {
		if _, err := e.Prove(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
