package match

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestBalanceReferences compares balance with MatchIt's on lalonde, to 1e-10.
func TestBalanceReferences(t *testing.T) {
	t.Parallel()
	f, _ := lalonde(t)
	for name, spec := range references {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Run(f, withFormula(spec))
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join("testdata", name)
			b, err := r.Balance(f, BalanceOptions{PairDistance: true, Subclasses: true})
			if err != nil {
				t.Fatal(err)
			}
			compareTable(t, b.Matched, readTable(t, filepath.Join(dir, "balance_matched.csv")))
			if !strings.HasPrefix(name, "matchit/") {
				return
			}
			compareTable(t, b.All, readTable(t, filepath.Join(dir, "balance_all.csv")))
			for i, sub := range b.Subclasses {
				path := filepath.Join(dir, fmt.Sprintf("balance_Subclass_%d.csv", i+1))
				if _, err := os.Stat(path); err == nil {
					compareTable(t, sub, readTable(t, path))
				}
			}
			compareSizes(t, b.Sizes, readTable(t, filepath.Join(dir, "sample_sizes.csv")))
			if name == "matchit/s08_subclass6" {
				compareSubclassSizes(t, r.SubclassSizes(), readTable(t, filepath.Join(dir, "subclass_n.csv")))
			}
			b, err = r.Balance(f, BalanceOptions{Interactions: true})
			if err != nil {
				t.Fatal(err)
			}
			compareTable(t, b.Matched, readTable(t, filepath.Join(dir, "balance_matched_interactions.csv")))
		})
	}
}

func compareTable(t *testing.T, got Table, want table) {
	t.Helper()
	if len(got) != len(want.rows) {
		t.Errorf("%d rows, want %d", len(got), len(want.rows))
		return
	}
	for i, w := range want.rows {
		g := got[i]
		if g.Name != strings.ReplaceAll(w[0], "`", "") {
			t.Errorf("row %d is %q, want %q", i, g.Name, w[0])
			continue
		}
		numbers := []float64{g.MeanTreated, g.MeanControl, g.SMD, g.VarianceRatio, g.ECDFMean, g.ECDFMax, g.PairDistance}
		for j, x := range parseNumbers(t, w[1:]) {
			if !alike(numbers[j], x, 1e-10) {
				t.Errorf("%s, %s: %v, want %v", g.Name, want.head[j+1], numbers[j], x)
			}
		}
	}
}

// alike compares to a tolerance relative to numbers above 1.
func alike(got, want, tolerance float64) bool {
	if math.IsNaN(want) || math.IsNaN(got) {
		return math.IsNaN(want) == math.IsNaN(got)
	}
	return got == want || math.Abs(got-want) <= tolerance*max(1, math.Abs(want))
}

func compareSizes(t *testing.T, got Sizes, want table) {
	t.Helper()
	for _, c := range []struct {
		arm string
		s   ArmSizes
	}{{"Control", got.Control}, {"Treated", got.Treated}} {
		numbers := []float64{c.s.AllESS, float64(c.s.All), c.s.MatchedESS, float64(c.s.Matched), float64(c.s.Unmatched), float64(c.s.Discarded)}
		for i, x := range want.numbers(t, c.arm) {
			if !alike(numbers[i], x, 1e-10) {
				t.Errorf("%s %s: %v, want %v", c.arm, want.rows[i][0], numbers[i], x)
			}
		}
	}
}

func withFormula(s Spec) Spec {
	if s.Formula == "" {
		s.Formula = formula
	}
	return s
}

func compareSubclassSizes(t *testing.T, got []SubclassSize, want table) {
	t.Helper()
	for i, s := range got {
		n := want.numbers(t, strconv.Itoa(i+1))
		if float64(s.Control) != n[0] || float64(s.Treated) != n[1] {
			t.Errorf("subclass %d has %+v, want %v", i+1, s, n)
		}
	}
}
