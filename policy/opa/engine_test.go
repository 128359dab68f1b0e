package opa_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa"
)

// engine loads the built-in bundle.
func engine(t testing.TB) *opa.Engine {
	t.Helper()
	b, err := opa.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	e, err := opa.New(t.Context(), b, catalogue(t), opa.Options{Secret: []byte(strings.Repeat("s", 32))})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const me = "00000000-0000-4000-8000-000000000001"

// granted lists the datasets that a scope grants.
func granted(s *policy.Scope) []string {
	var names []string
	for name, g := range s.Grants {
		if g.Allow {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestScope(t *testing.T) {
	t.Parallel()
	e := engine(t)
	tests := []struct {
		name         string
		roles        []policy.Role
		purpose      policy.Purpose
		granted      []string
		compartments []string
	}{
		{"coach", []policy.Role{policy.Coach}, policy.Coaching,
			[]string{"coach_assignment", "coaching_feedback", "coaching_session", "practice_change"},
			[]string{"core", "formative"}},
		{"evaluator", []policy.Role{policy.Evaluator}, policy.Evaluation,
			[]string{"evaluation_rating", "evaluator_assignment", "observation", "observation_score", "teacher"},
			[]string{"core", "evaluative"}},
		{"evaluator who coaches", []policy.Role{policy.Coach, policy.Evaluator}, policy.Coaching, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := e.Scope(t.Context(), policy.Request{
				Principal: policy.Principal{ID: "p", Roles: tt.roles, StaffKey: me},
				Purpose:   tt.purpose, On: "2025-01-01",
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := granted(s); !slices.Equal(got, tt.granted) {
				t.Errorf("granted %v, want %v", got, tt.granted)
			}
			if !slices.Equal(s.Compartments, tt.compartments) {
				t.Errorf("compartments %v, want %v", s.Compartments, tt.compartments)
			}
		})
	}
}
