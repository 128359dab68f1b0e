package match

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

func frame(t testing.TB, cols ...Column) *Frame {
	t.Helper()
	f, err := NewFrame(cols...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func run(t testing.TB, f *Frame, s Spec) *Result {
	t.Helper()
	r, err := Run(f, s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestWithinClusterFirst gives the first teacher a control in the same school
// although one elsewhere is nearer, and the second, whose school has no more,
// one from outside.
func TestWithinClusterFirst(t *testing.T) {
	t.Parallel()
	f := frame(t,
		Numeric("treat", []float64{1, 1, 0, 0, 0}),
		Numeric("x", []float64{5, 4, 9, 5, 0}),
		Categorical("school", []string{"a", "a", "a", "b", "b"}))
	spec := Spec{Formula: "treat ~ x", Distance: ColumnDistance("x"), Within: "school"}
	r := run(t, f, spec)
	if want := []int32{2, 3}; !slices.Equal(r.Pairs.Match, want) {
		t.Errorf("matches %v, want %v", r.Pairs.Match, want)
	}
	spec.Calipers = []Caliper{{Width: 2, Raw: true}}
	if r := run(t, f, spec); !slices.Equal(r.Pairs.Focal, []int32{0}) || r.Pairs.Match[0] != 3 {
		t.Errorf("within a caliper, %v are matched to %v; want 0 to 3", r.Pairs.Focal, r.Pairs.Match)
	}
}

// TestAgeCaliperInSmallStrata is on what MatchIt 4.7.2 gets wrong on lalonde:
// pairs more than 5 years apart in spite of the caliper.
func TestAgeCaliperInSmallStrata(t *testing.T) {
	t.Parallel()
	f, _ := lalonde(t)
	age, err := f.Column("age")
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range []Spec{
		{Distance: Mahalanobis}, {Distance: ScaledEuclidean, Order: Closest}, {Mahvars: "~ age + educ"}, {Mahvars: "~ age"}, {},
	} {
		spec.Formula, spec.Exact = formula, "~ race + married + nodegree + educ"
		spec.Calipers = []Caliper{{Variable: "age", Width: 5, Raw: true}}
		r := run(t, f, spec)
		for i, a := range r.Pairs.Focal {
			for _, b := range r.Pairs.Of(i) {
				if gap := math.Abs(age.Values()[a] - age.Values()[b]); gap > 5 {
					t.Errorf("%s: rows %d and %d are %v years apart", spec.Distance, a, b, gap)
				}
			}
		}
	}
}

func TestRandomOrderFollowsSeed(t *testing.T) {
	t.Parallel()
	f := syntheticFrame(t, 400, 3, 2)
	spec := Spec{Formula: syntheticFormula(3), Order: Random, Seed: 1}
	first, again := run(t, f, spec), run(t, f, spec)
	spec.Seed = 2
	other := run(t, f, spec)
	if !slices.Equal(first.Pairs.Match, again.Pairs.Match) {
		t.Error("one seed gives two matches")
	}
	if slices.Equal(first.Pairs.Match, other.Pairs.Match) {
		t.Error("two seeds give one match")
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	f := frame(t, Numeric("treat", []float64{1, 1, 0, 0, 0}), Numeric("x", []float64{5, 9, 1, 5, 3}))
	r := run(t, f, Spec{Formula: "treat ~ x", Distance: ColumnDistance("x")})
	if notes := strings.Join(r.Notes, " "); !strings.Contains(notes, "Overlap is poor: the scores of 1 of 2 treated") || !strings.Contains(notes, "No caliper is set") {
		t.Errorf("notes %q", notes)
	}
	r = run(t, f, Spec{Formula: "treat ~ x", Distance: ColumnDistance("x"), Ratio: 2})
	if notes := strings.Join(r.Notes, " "); !strings.Contains(notes, "1 treated units have fewer than 2 matches") {
		t.Errorf("notes %q", notes)
	}
	r = run(t, f, Spec{Formula: "treat ~ x", Distance: ColumnDistance("x"), Calipers: []Caliper{{Width: 1, Raw: true}}})
	if notes := strings.Join(r.Notes, " "); !strings.Contains(notes, "1 of 2 treated units have no match, 0 of them discarded") {
		t.Errorf("notes %q", notes)
	}
}

func TestInverseProbability(t *testing.T) {
	t.Parallel()
	f, _ := lalonde(t)
	for _, estimand := range []Estimand{ATT, ATC, ATE} {
		r := run(t, f, Spec{Formula: formula, Method: Weighting, Estimand: estimand})
		var sum [2]float64
		raw := make([]float64, f.Len())
		for i, e := range r.Distance {
			target := map[Estimand]float64{ATT: e, ATC: 1 - e, ATE: 1}[estimand]
			raw[i] = target / (1 - e)
			if r.Treated[i] {
				raw[i] = target / e
			}
			sum[place(r.Treated[i])] += raw[i]
		}
		n := [2]float64{429, 185}
		for i, w := range r.Weights {
			arm := place(r.Treated[i])
			if want := raw[i] * n[arm] / sum[arm]; !alike(w, want, 1e-12) {
				t.Fatalf("%s: weight %v, want %v", estimand, w, want)
			}
		}
	}
}

// TestEntropyBalance checks the two conditions that single out the weights:
// they balance the moments, and their logarithms, less those of the sampling
// weights, are linear in them.
func TestEntropyBalance(t *testing.T) {
	t.Parallel()
	f := syntheticFrame(t, 2000, 3, 3)
	w := make([]float64, f.Len())
	for i := range w {
		w[i] = 1 + float64(i%4)
	}
	f = frame(t, append(f.Columns(), Numeric("w", w))...)
	for _, estimand := range []Estimand{ATT, ATC, ATE} {
		r := run(t, f, Spec{Formula: syntheticFormula(3), Method: Entropy, Estimand: estimand, Moments: 2, Weights: "w"})
		b, err := r.Balance(f, BalanceOptions{Interactions: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range b.Matched {
			single := !strings.Contains(row.Name, "*")
			if single && math.Abs(row.SMD) > 1e-8 {
				t.Errorf("%s: %s is off by %v", estimand, row.Name, row.SMD)
			}
		}
		if estimand == ATT {
			checkLogLinear(t, f, r)
		}
	}
}

// checkLogLinear solves for the coefficients from some controls and predicts
// the others' weights.
func checkLogLinear(t *testing.T, f *Frame, r *Result) {
	t.Helper()
	var rows [][]float64
	var logs []float64
	for i, w := range r.Weights {
		if r.Treated[i] {
			continue
		}
		row := []float64{1}
		for _, name := range []string{"x1", "x2", "x3"} {
			c, err := f.Column(name)
			if err != nil {
				t.Fatal(err)
			}
			row = append(row, c.Values()[i], c.Values()[i]*c.Values()[i])
		}
		rows, logs = append(rows, row), append(logs, math.Log(w))
	}
	a, b := square(7), square(7)
	for i := range a {
		copy(a[i], rows[i])
		b[i][0] = logs[i]
	}
	eliminate(a, b)
	for i, row := range rows {
		var got float64
		for j, x := range row {
			got += x * b[j][0]
		}
		if math.Abs(got-logs[i]) > 1e-5 {
			t.Fatalf("log weight %v, want %v", logs[i], got)
		}
	}
}

func TestEntropyRefusesWhatCannotBalance(t *testing.T) {
	t.Parallel()
	f := frame(t, Numeric("treat", []float64{1, 1, 0, 0, 0}), Numeric("x", []float64{5, 6, 1, 2, 3}))
	_, err := Run(f, Spec{Formula: "treat ~ x", Method: Entropy})
	if policy.CodeOf(err) != policy.DataRefused {
		t.Errorf("error %v, want data refused", err)
	}
}

func TestContrasts(t *testing.T) {
	t.Parallel()
	arms := []string{"none", "coaching", "plc", "none", "coaching", "plc", "none"}
	f := frame(t, Categorical("arm", arms), Numeric("x", []float64{1, 2, 3, 4, 5, 6, 7}))
	got, err := Contrasts(f, "arm", "none", true)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(got))
	for i, c := range got {
		names[i] = c.Treated + " " + c.Comparison
		run(t, c.Frame, Spec{Formula: "arm ~ x", Distance: Mahalanobis, ReuseMax: 9})
	}
	if want := []string{"coaching none", "plc none", "coaching plc"}; !slices.Equal(names, want) {
		t.Errorf("contrasts %v, want %v", names, want)
	}
	if want := []int{0, 1, 3, 4, 6}; !slices.Equal(got[0].Rows, want) {
		t.Errorf("rows %v, want %v", got[0].Rows, want)
	}
	if _, err := Contrasts(f, "arm", "lecture", false); policy.CodeOf(err) != policy.Usage {
		t.Errorf("error %v for an arm that does not exist", err)
	}
}

// TestVerifyFindsBreaches spoils good results.
func TestVerifyFindsBreaches(t *testing.T) {
	t.Parallel()
	f, _ := lalonde(t)
	paired := Spec{Formula: formula, Ratio: 2, Exact: "race", AntiExact: "block", Discard: DiscardBoth,
		Calipers: []Caliper{{Width: 0.2}, {Variable: "age", Width: 5, Raw: true}}}
	spoil := map[string]struct {
		spec Spec
		how  func(r *Result)
	}{
		"negative weight":   {paired, func(r *Result) { r.Weights[0] = -1 }},
		"unnormalized":      {paired, func(r *Result) { r.Weights[r.Pairs.Focal[0]] *= 2 }},
		"weight discarded":  {paired, func(r *Result) { r.Discarded[r.Pairs.Focal[0]] = true }},
		"stratum no weight": {paired, func(r *Result) { r.Subclass[slices.Index(r.Subclass, 0)] = 1 }},
		"same arm":          {paired, func(r *Result) { r.Pairs.Match[0] = r.Pairs.Focal[1] }},
		"used twice":        {paired, func(r *Result) { r.Pairs.Match[0] = r.Pairs.Match[len(r.Pairs.Match)-1] }},
		"twice in a row":    {paired, func(r *Result) { repeatMatch(r.Pairs) }},
		"far away":          {paired, farthestMatch},
		"exact stratum":     {Spec{Formula: "treat ~ race", Method: Exact}, func(r *Result) { swapStrata(r) }},
		"coarsened stratum": {Spec{Formula: "treat ~ race", Method: Coarsened}, func(r *Result) { swapStrata(r) }},
		"moments":           {Spec{Formula: formula, Method: Entropy}, func(r *Result) { r.Weights[500], r.Weights[501] = r.Weights[501], r.Weights[500] }},
		"no star":           {Spec{Formula: "treat ~ race", Method: Full, Distance: Mahalanobis}, mergeStrata},
	}
	for name, c := range spoil {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := prepare(f, c.spec)
			if err != nil {
				t.Fatal(err)
			}
			r, err := p.run()
			if err == nil {
				err = p.normalize(r)
			}
			if err == nil {
				err = p.verify(r)
			}
			if err != nil {
				t.Fatal(err)
			}
			c.how(r)
			if err := p.verify(r); err == nil || policy.CodeOf(err) != policy.Failed {
				t.Errorf("error %v, want a failure", err)
			}
		})
	}
}

func repeatMatch(p *Pairs) {
	for i := range p.Focal {
		if m := p.Of(i); len(m) > 1 {
			m[1] = m[0]
			return
		}
	}
}

// farthestMatch gives the first unit the control with the least like score.
func farthestMatch(r *Result) {
	t := r.Pairs.Focal[0]
	worst := int32(0)
	for i := range r.Treated {
		if !r.Treated[i] && !r.Discarded[i] && math.Abs(r.Distance[i]-r.Distance[t]) > math.Abs(r.Distance[worst]-r.Distance[t]) {
			worst = int32(i)
		}
	}
	r.Pairs.Match[0] = worst
}

// swapStrata exchanges two treated units of different strata.
func swapStrata(r *Result) {
	first := slices.Index(r.Treated, true)
	for i, treated := range r.Treated {
		if treated && r.Subclass[i] != r.Subclass[first] {
			r.Subclass[i], r.Subclass[first] = r.Subclass[first], r.Subclass[i]
			return
		}
	}
}

func mergeStrata(r *Result) {
	for i := range r.Subclass {
		if r.Subclass[i] > 0 {
			r.Subclass[i] = 1
		}
	}
}
