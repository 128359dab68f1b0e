package opa_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa"
)

// other loads the built-in bundle with changes, unproved.
func other(t *testing.T, changes map[string]string) *opa.Engine {
	t.Helper()
	b, err := fetch(t, written(t, files(t, changes)), nil)
	if err != nil {
		t.Fatal(err)
	}
	datasets, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	e, err := opa.New(t.Context(), b, datasets, proven())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestDiff(t *testing.T) {
	t.Parallel()
	coach, ok := files(t, nil)["weir/roles/coach/coach.rego"]
	if !ok {
		t.Fatal("no coach")
	}
	changed := other(t, map[string]string{
		"weir/roles/coach/coach.rego":    strings.Replace(string(coach), "some name in data.weir.config.roles.coach.reference", `some name in {"academic_session", "school"}`, 1),
		"weir/columns/coach/coach.rego":  "package weir.columns.coach\n\nmasks.coaching_session.minutes contains {\"mask\": {\"kind\": \"null\"}, \"why\": \"w\"} if \"coach\" in data.weir.session.acting\n\nmasks.coaching_session.kind contains {\"mask\": {\"kind\": \"hide\"}, \"why\": \"w\"} if \"coach\" in data.weir.session.acting\n",
		"weir/rows/coaches/coaches.rego": "package weir.rows.coaches\n\ninclude if input.row.teacher_key == input.principal.staff_key\n",
	})
	got, err := opa.Diff(t.Context(), engine(t), changed)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range got {
		if c.Role != policy.Coach || c.Purpose != policy.Coaching {
			t.Errorf("unexpected change %+v", c)
		}
		if !c.Agreement {
			lines = append(lines, strings.TrimSuffix(string(c.Kind)+" "+c.Dataset+"."+c.Column, "."))
		}
	}
	want := []string{
		"differs coach_assignment", "loses coaching_session.kind", "differs coaching_session.minutes",
		"loses pd_program", "gains school",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got %v, want %v", lines, want)
	}
	same, err := opa.Diff(t.Context(), changed, changed)
	if err != nil || len(same) > 0 {
		t.Errorf("a policy differs from itself: %v, %v", same, err)
	}
}
