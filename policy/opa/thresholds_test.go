package opa_test

import (
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/metrics/disclosure"
	builtin "github.com/weir-warehouse/weir/policy/bundle"
	"github.com/weir-warehouse/weir/policy/opa"
)

// thresholds is the file that holds them.
const thresholds = "weir/config/thresholds/data.yaml"

// threshold returns the built-in file with a part replaced.
func threshold(t testing.TB, old, changed string) string {
	t.Helper()
	text, err := builtin.Files.ReadFile(thresholds)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q", thresholds, old)
	}
	return strings.Replace(string(text), old, changed, 1)
}

func TestThresholds(t *testing.T) {
	t.Parallel()
	want := disclosure.Thresholds{
		People: 10, Groups: 3, ZerosDisclose: true, ResidualDF: 10,
		Rounding:  disclosure.Rounding{Method: disclosure.Nearest, Base: 5},
		Bands:     []disclosure.Band{{People: 300, Edge: 0.01}, {People: 100, Edge: 0.02}, {People: 40, Edge: 0.05}},
		Dominance: disclosure.NK{N: 2, K: 0.90}, PRatio: 0.10, Width: 5, Spread: 0.10,
	}
	if got := engine(t).Thresholds(); !reflect.DeepEqual(got, want) {
		t.Errorf("the built-in bundle has %+v, want %+v", got, want)
	}
}

// TestBundleWithoutThresholdIsRefused leaves each out, and gives some no sense.
func TestBundleWithoutThresholdIsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ old, changed, want string }{
		{"minimum_cell: 10", "minimum_cell: 1", "people: 1 protects nobody"},
		{"minimum_cell: 10", "", "people: 0 protects nobody"},
		{"disclosure:", "disclosures:", "unknown field"},
		{"  groups: 3", "", "groups is missing"},
		{"  zeros_disclose: true", "", "zeros_disclose is missing"},
		{"  residual_df: 10", "", "residual_df is missing"},
		{"  rounding: {method: nearest, base: 5}", "", "rounding is missing"},
		{"method: nearest", "method: random", `method "random" is neither`},
		{"  dominance: {n: 2, k: 0.90}", "", "dominance is missing"},
		{"  p_ratio: 0.10", "  people: 3", "want minimum_cell"},
		{"  p_ratio: 0.10", "", "p_ratio is missing"},
		{"  width: 5", "  width: 9", "width: 9, give 1 to 8"},
		{"  spread: 0.10", "", "spread is missing"},
		{"edge: 0.05}", "edge: 0.005}", "the band would tell the number"},
		{"  groups: 3", "  group: 3", `unknown field "group"`},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			b, err := fetch(t, written(t, files(t, map[string]string{thresholds: threshold(t, tt.old, tt.changed)})), nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := opa.New(t.Context(), b, nil, opa.Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("with %q for %q: got %v, want an error with %q", tt.changed, tt.old, err, tt.want)
			}
		})
	}
}

func TestDeclassified(t *testing.T) {
	t.Parallel()
	got, err := engine(t).Declassified()
	if err != nil || len(got) != 0 {
		t.Errorf("built in: %v, %v", got, err)
	}
	b, err := opa.ReadFS(os.DirFS(written(t, files(t, map[string]string{
		"weir/config/marts/data.yaml": "declassified:\n  coaching: {tags: [coaching], k: 25, until: 2027-01-01, reason: the board publishes it}\n",
	}))), "own")
	if err != nil {
		t.Fatal(err)
	}
	e, err := opa.New(t.Context(), b, nil, opa.Options{Proven: func(string) bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := e.Declassified(); err != nil || !maps.Equal(got, map[string]int64{"coaching": 25}) {
		t.Errorf("%v, %v", got, err)
	}
}
