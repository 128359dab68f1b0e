package policy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// example is a scope with a masked dataset, figures and a refusal.
func example() *policy.Scope {
	return &policy.Scope{
		Revision: "r",
		Grants: map[string]*policy.Grant{
			"teacher": {
				Dataset: "teacher", Allow: true, Reasons: []policy.Reason{{Rule: "granted"}}, Rows: policy.AllRows{}, View: "SELECT 1",
				Columns: []policy.GrantColumn{
					{Name: "teacher_key", Mask: policy.Mask{Kind: policy.Hash}},
					{Name: "subject", Mask: policy.Mask{Kind: policy.Show}},
					{Name: "grades", Mask: policy.Mask{Kind: policy.Hide}},
				},
			},
			"student_outcome": {
				Dataset: "student_outcome", Allow: true, Rows: policy.NoRows{}, View: "SELECT 2",
				Aggregate: &policy.Aggregate{By: []string{"section_id"}, Means: []string{"growth"}, Count: "students"},
			},
			"observation": {Dataset: "observation", Reasons: []policy.Reason{{Rule: "refused"}}},
		},
		Compartments: []string{"core"},
		Limits:       policy.Limits{Rows: 10, Time: time.Second},
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		touched map[string][]string
		allow   bool
		masked  []string
		reasons []string
	}{
		{"shown", map[string][]string{"teacher": {"subject"}}, true, nil, []string{"granted"}},
		{"masked", map[string][]string{"teacher": {"subject", "teacher_key"}}, true, []string{"teacher.teacher_key"}, []string{"granted"}},
		{"hidden", map[string][]string{"teacher": {"grades"}}, false, nil, nil},
		{"unknown column", map[string][]string{"teacher": {"nothing"}}, false, nil, nil},
		{"figures", map[string][]string{"student_outcome": {"section_id", "students", "mean_growth"}}, true, nil, nil},
		{"behind figures", map[string][]string{"student_outcome": {"growth"}}, false, nil, nil},
		{"refused", map[string][]string{"observation": {"score"}, "teacher": {"subject"}}, false, nil, []string{"refused"}},
		{"unknown dataset", map[string][]string{"nothing": nil}, false, nil, nil},
		{"nothing touched", nil, true, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := example().Decide(tt.touched)
			var reasons []string
			for _, r := range got.Reasons {
				reasons = append(reasons, r.Rule)
			}
			if got.Allow != tt.allow || !slices.Equal(got.Masked, tt.masked) || !slices.Equal(reasons, tt.reasons) {
				t.Errorf("got %+v", got)
			}
		})
	}
	refused := example()
	refused.Refusal = &policy.Refusal{Text: "no"}
	if refused.Decide(map[string][]string{"teacher": {"subject"}}).Allow {
		t.Error("a refused session is allowed a statement")
	}
}

func TestDigestIsOfWhatAScopeShows(t *testing.T) {
	t.Parallel()
	digest := func(change func(*policy.Scope)) string {
		s := example()
		change(s)
		d, err := s.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	base := digest(func(*policy.Scope) {})
	same := map[string]func(*policy.Scope){
		"reasons":  func(s *policy.Scope) { s.Grants["teacher"].Reasons = nil },
		"refusals": func(s *policy.Scope) { delete(s.Grants, "observation") },
		"roles":    func(s *policy.Scope) { s.Acting = []policy.Role{policy.Teacher} },
	}
	for name, change := range same {
		if digest(change) != base {
			t.Errorf("%s change the digest", name)
		}
	}
	other := map[string]func(*policy.Scope){
		"revision":     func(s *policy.Scope) { s.Revision = "q" },
		"view":         func(s *policy.Scope) { s.Grants["teacher"].View = "SELECT 3" },
		"dataset":      func(s *policy.Scope) { delete(s.Grants, "teacher") },
		"minimum cell": func(s *policy.Scope) { s.Grants["teacher"].MinimumCell = 3 },
		"compartments": func(s *policy.Scope) { s.Compartments = nil },
		"limits":       func(s *policy.Scope) { s.Limits.Rows = 11 },
	}
	for name, change := range other {
		if digest(change) == base {
			t.Errorf("%s: the digest stays", name)
		}
	}
}

func TestRowsAreThreeDifferentThings(t *testing.T) {
	t.Parallel()
	all, none, some := policy.Rows(policy.AllRows{}), policy.Rows(policy.NoRows{}), policy.Rows(policy.RowsWhere{})
	if all == none || all.Extent() == none.Extent() || none.Extent() == some.Extent() || all.Extent() == some.Extent() {
		t.Errorf("got %s, %s, %s", all.Extent(), none.Extent(), some.Extent())
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	for date, want := range map[policy.Date]bool{"": true, "2024-02-29": true, "2023-02-29": false, "2024-2-9": false, "today": false} {
		if date.Valid() != want {
			t.Errorf("%q: got %v", date, !want)
		}
	}
	d := policy.DateOf(time.Date(2025, 6, 1, 23, 0, 0, 0, time.UTC))
	for period, want := range map[[2]policy.Date]bool{
		{"", ""}: true, {"2025-06-01", "2025-06-01"}: true, {"2025-06-02", ""}: false, {"", "2025-05-31"}: false,
	} {
		if d.Within(period[0], period[1]) != want {
			t.Errorf("%s within %v: got %v", d, period, !want)
		}
	}
}

func TestDataset(t *testing.T) {
	t.Parallel()
	d := policy.Dataset{Columns: []policy.Column{{Name: "a", Type: "DATE"}}}
	if c, ok := d.Column("a"); !ok || c.Type != "DATE" {
		t.Errorf("got %v, %v", c, ok)
	}
	if _, ok := d.Column("b"); ok {
		t.Error("a column that does not exist is found")
	}
}

func TestErrorCarriesItsCode(t *testing.T) {
	t.Parallel()
	cause := policy.Errorf(policy.Busy, "locked")
	err := policy.Errorf(policy.NotFound, "no dataset: %w", cause)
	if policy.CodeOf(err) != policy.NotFound || err.Error() != "no dataset: locked" || err.Unwrap() != error(cause) { //nolint:errorlint // the cause itself, not one that wraps it
		t.Errorf("got %v", err)
	}
}
