package study_test

import (
	"math"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/policy"
)

// groups returns a column that numbers the units in turn from 0 to n−1.
func groups(name string, n int) match.Column {
	values := make([]float64, 614)
	for i := range values {
		values[i] = float64(i % n)
	}
	return match.Numeric(name, values)
}

// earnings returns re78 of lalonde changed by f.
func earnings(t *testing.T, name string, f func(i int, re78 float64) float64) match.Column {
	t.Helper()
	c, err := lalonde(t).Column("re78")
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float64, c.Len())
	for i, x := range c.Values() {
		values[i] = f(i, x)
	}
	return match.Numeric(name, values)
}

// Each warning comes where it should, and only there.
func TestWarnings(t *testing.T) {
	t.Parallel()
	gaps := earnings(t, "gaps", func(i int, x float64) float64 {
		if i%10 == 0 {
			return math.NaN()
		}
		return x
	})
	f := lalonde(t, groups("few", 7), groups("many", 40), gaps, match.Logical("copy", make([]bool, 614)))
	narrow := []match.Caliper{{Width: 0.1}, {Variable: "age", Width: 5, Raw: true}}
	for _, c := range []struct {
		name       string
		plan       study.Plan
		want, lack string
	}{
		{"no caliper", study.Plan{}, "No caliper is set", ""},
		{"caliper", study.Plan{Match: match.Spec{Calipers: narrow}}, "", "No caliper"},
		{"full matching has no caliper by nature", study.Plan{Match: match.Spec{Method: match.Full}}, "", "No caliper"},
		{"common range", study.Plan{}, "Overlap is poor: at most 36 %", "beyond those of every unit"},
		{"outside", study.Plan{Match: match.Spec{Estimand: match.ATC}}, "control units lie beyond those of every unit of the other arm", ""},
		{"good overlap", study.Plan{Match: match.Spec{Formula: "treat ~ educ"}}, "", "Overlap is poor"},
		{"imbalance", study.Plan{}, "above 0.25 remain after matching: distance 0.97, raceblack 1.03", ""},
		{"balance", study.Plan{Match: match.Spec{Calipers: narrow, Exact: "race"}}, "", "after matching"},
		{"lost strata", study.Plan{Match: match.Spec{Method: match.Coarsened}}, "120 of 185 treated units are not in the match", ""},
		{"lost controls do not matter", study.Plan{Match: match.Spec{Method: match.Exact, Formula: "treat ~ nodegree"}}, "", "not in the match"},
		{"few clusters", study.Plan{Outcomes: []string{"re78"}, Clusters: "few"}, "Outcome re78: 7 clusters are fewer than 20", ""},
		{"enough clusters", study.Plan{Outcomes: []string{"re78"}, Clusters: "many"}, "", "are fewer than 20"},
		{"outcome as covariate", study.Plan{Match: match.Spec{Formula: "treat ~ age + log(re78 + 1)"}, Outcomes: []string{"re78"}},
			"Outcome re78 is among the covariates of the match", ""},
		{"outcome in the outcome model", study.Plan{Covariates: "age + re78", Outcomes: []string{"re78"}},
			"Outcome re78 is among the covariates of the outcome models", "of the match"},
		{"other outcome", study.Plan{Outcomes: []string{"re78"}}, "", "among the covariates"},
		{"missing outcome", study.Plan{Outcomes: []string{"gaps"}}, "matched units (19 treated, 20 control), which its effects leave out", ""},
		{"outcome that does not vary", study.Plan{Outcomes: []string{"copy"}}, "Outcome copy has no effect by model unadjusted: ", ""},
		{"separation", study.Plan{Match: match.Spec{Formula: "treat ~ age + I(treat * age)"}}, "predict the outcome perfectly", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.plan.Match.Formula == "" {
				c.plan.Match.Formula = formula
			}
			got, err := study.Compare(f, c.plan)
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(got.Warnings, "\n")
			if !strings.Contains(all, c.want) {
				t.Errorf("no warning %q in\n%s", c.want, all)
			}
			if c.lack != "" && strings.Contains(all, c.lack) {
				t.Errorf("warning %q in\n%s", c.lack, all)
			}
			for _, line := range got.Warnings {
				if strings.Contains(line, "\n") {
					t.Errorf("a warning of several lines: %q", line)
				}
			}
		})
	}
}

// Missing covariates are filled in as the plan says, in the match and in the
// outcome models, and each is told of.
func TestMissingCovariates(t *testing.T) {
	t.Parallel()
	before := earnings(t, "before", func(i int, x float64) float64 {
		if i%50 == 3 {
			return math.NaN()
		}
		return x + float64(i%7)
	})
	f := lalonde(t, before)
	plan := study.Plan{Match: match.Spec{Formula: "treat ~ age + before", Method: match.Weighting}, Outcomes: []string{"re78"}}
	if _, err := study.Compare(f, plan); policy.CodeOf(err) != policy.DataRefused {
		t.Errorf("error %v for missing covariates without a word on them", err)
	}
	for how, terms := range map[match.Filling]int{match.FillMean: 4, match.FillIndicator: 5} {
		plan.Missing = how
		got, err := study.Compare(f, plan)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Warnings) == 0 || !strings.HasPrefix(got.Warnings[0], "13 of 614 values of before were missing") {
			t.Errorf("%s: warnings %q", how, got.Warnings)
		}
		if e := got.Effects[1]; e.Terms != terms {
			t.Errorf("%s: %d terms, want %d", how, e.Terms, terms)
		}
	}
}

func TestCompareRefuses(t *testing.T) {
	t.Parallel()
	holes := match.Coded("holes", append([]int32{-1}, make([]int32, 613)...), []string{"a"})
	f := lalonde(t, holes)
	for _, c := range []struct {
		name string
		plan study.Plan
		code policy.Code
		want string
	}{
		{"no such outcome", study.Plan{Outcomes: []string{"re79"}}, policy.Usage, `outcome: the data has no column "re79"`},
		{"an outcome twice", study.Plan{Outcomes: []string{"re78", "re78"}}, policy.Usage, `outcome "re78" is named twice`},
		{"no formula", study.Plan{Match: match.Spec{Formula: "treat"}}, policy.Usage, `formula "treat" has no ~`},
		{"text as outcome", study.Plan{Outcomes: []string{"race"}}, policy.DataRefused, `outcome "race" holds text`},
		{"no such clusters", study.Plan{Clusters: "school"}, policy.Usage, `clusters: the data has no column "school"`},
		{"missing cluster", study.Plan{Clusters: "holes", Outcomes: []string{"re78"}}, policy.DataRefused, `column "holes" is missing in row 1`},
		{"bad covariates", study.Plan{Covariates: "age +"}, policy.Usage, "age"},
		{"bad match", study.Plan{Match: match.Spec{Method: "psm"}}, policy.Usage, `match: method "psm" is not one of`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.plan.Match.Formula == "" {
				c.plan.Match.Formula = formula
			}
			_, err := study.Compare(f, c.plan)
			if err == nil || policy.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v (%v), want %s: %q", err, policy.CodeOf(err), c.code, c.want)
			}
		})
	}
}

// Standard errors follow from what was matched and which clusters were named.
func TestVariance(t *testing.T) {
	t.Parallel()
	race := make([]float64, 614)
	f := lalonde(t, groups("school", 40))
	column, err := f.Column("race")
	if err != nil {
		t.Fatal(err)
	}
	for i, code := range column.Codes() {
		race[i] = float64(code)
	}
	f = lalonde(t, groups("school", 40), match.Numeric("origin", race))
	for _, c := range []struct {
		name     string
		plan     study.Plan
		want     stats.Variance
		clusters int
	}{
		{"pairs", study.Plan{}, stats.CR1S, 185},
		{"sets of full matching", study.Plan{Match: match.Spec{Method: match.Full}}, stats.CR1S, 101},
		{"pairs and schools", study.Plan{Clusters: "school"}, stats.CR1S, 40},
		{"pairs within origins", study.Plan{Match: match.Spec{Exact: "origin"}, Clusters: "origin"}, stats.CR2, 3},
		{"schools", study.Plan{Match: match.Spec{Replace: true}, Clusters: "school"}, stats.CR2, 40},
		{"weights", study.Plan{Match: match.Spec{Method: match.Weighting}}, stats.HC3, 0},
		{"pairs of strata", study.Plan{Match: match.Spec{Method: match.Coarsened, K2K: true, Formula: "treat ~ age + race"}}, stats.CR1S, 105},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.plan.Match.Formula == "" {
				c.plan.Match.Formula = formula
			}
			c.plan.Outcomes = []string{"re78"}
			got, err := study.Compare(f, c.plan)
			if err != nil {
				t.Fatal(err)
			}
			e := got.Effects[0]
			if e.Variance != c.want || e.Clusters != c.clusters {
				t.Errorf("%s by %d clusters, want %s by %d", e.Variance, e.Clusters, c.want, c.clusters)
			}
			if named := c.plan.Clusters != ""; named == math.IsInf(e.Estimate.DF, 1) {
				t.Errorf("%v degrees of freedom", e.Estimate.DF)
			}
		})
	}
}

// A binary outcome has effects on three scales, which belong to the same two
// probabilities; several outcomes are corrected for their number.
func TestBinaryOutcome(t *testing.T) {
	t.Parallel()
	f := lalonde(t, earnings(t, "employed", func(_ int, x float64) float64 {
		if x > 0 {
			return 1
		}
		return 0
	}))
	got, err := study.Compare(f, study.Plan{
		Match:    match.Spec{Formula: formula, Calipers: []match.Caliper{{Width: 0.2}}},
		Outcomes: []string{"re78", "employed"}, Covariates: "age + educ",
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Effects) != 3+9 {
		t.Fatalf("%d effects, want 3 of re78 and 9 of employed", len(got.Effects))
	}
	for i := 3; i < 12; i += 3 {
		difference, ratio, odds := got.Effects[i], got.Effects[i+1], got.Effects[i+2]
		p1, p0 := difference.Treated, difference.Control
		for _, c := range []struct {
			effect study.Effect
			want   float64
			none   float64
		}{{difference, p1 - p0, 0}, {ratio, p1 / p0, 1}, {odds, p1 / (1 - p1) / (p0 / (1 - p0)), 1}} {
			value, low, high := c.effect.Value()
			near(t, string(c.effect.Measure), value, c.want, 1e-12)
			if !(low < value && value < high) || c.effect.Benchmark() != c.none {
				t.Errorf("%s %v in %v to %v, no effect at %v", c.effect.Measure, value, low, high, c.effect.Benchmark())
			}
		}
		n := float64(difference.Rows)
		near(t, "Cox index", difference.Size.Value, (1-3/(4*n-9))*odds.Estimate.Value/1.65, 1e-12)
		value, _, _ := ratio.Value()
		strength, err := stats.EValue(value)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "E-value", odds.EValue, strength, 1e-12)
		earned := got.Effects[i/3-1]
		p, q := earned.Estimate.P(), difference.Estimate.P()
		near(t, "adjusted p", min(earned.Adjusted, difference.Adjusted), min(2*min(p, q), max(p, q)), 1e-12)
	}
}

// Reference: Hedges' g of 1:1 pairs from the arms' plain means and deviations.
func TestEffectSize(t *testing.T) {
	t.Parallel()
	f := lalonde(t)
	got, err := study.Compare(f, study.Plan{Match: match.Spec{Formula: formula}, Outcomes: []string{"re78"}})
	if err != nil {
		t.Fatal(err)
	}
	column, err := f.Column("re78")
	if err != nil {
		t.Fatal(err)
	}
	var n, sum, squares [2]float64
	for i, y := range column.Values() {
		if got.Match.Weights[i] > 0 {
			k := 0
			if got.Match.Treated[i] {
				k = 1
			}
			n[k]++
			sum[k] += y
			squares[k] += y * y
		}
	}
	var within float64
	for k := range n {
		within += squares[k] - sum[k]*sum[k]/n[k]
	}
	total := n[0] + n[1]
	want := (1 - 3/(4*total-9)) * (sum[1]/n[1] - sum[0]/n[0]) / math.Sqrt(within/(total-2))
	near(t, "g", got.Effects[0].Size.Value, want, 1e-10)
	if index := got.Effects[0].Improvement(); index <= 0 || index >= 50 {
		t.Errorf("improvement index %v of a positive effect", index)
	}
}

// Where whole schools were treated, g allows for it: it is smaller than without
// clusters, and has fewer degrees of freedom.
func TestAssignedClusters(t *testing.T) {
	t.Parallel()
	n := 400
	treat, school, prior, score := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		s := i % 20
		school[i], treat[i], prior[i] = float64(s), float64(s%2), math.Sin(float64(3*i))
		score[i] = 0.4*treat[i] + math.Cos(float64(5*s)) + math.Sin(float64(7*i))
	}
	f, err := match.NewFrame(match.Numeric("treat", treat), match.Numeric("school", school),
		match.Numeric("prior", prior), match.Numeric("score", score))
	if err != nil {
		t.Fatal(err)
	}
	plan := study.Plan{Match: match.Spec{Formula: "treat ~ prior", Method: match.Weighting, Estimand: match.ATE}, Outcomes: []string{"score"}}
	alone, err := study.Compare(f, plan)
	if err != nil {
		t.Fatal(err)
	}
	plan.Clusters = "school"
	clustered, err := study.Compare(f, plan)
	if err != nil {
		t.Fatal(err)
	}
	a, c := alone.Effects[0], clustered.Effects[0]
	near(t, "effect", c.Estimate.Value, a.Estimate.Value, 1e-12)
	if !(math.Abs(c.Size.Value) < math.Abs(a.Size.Value)) || !(c.Size.SE > a.Size.SE) || !(c.Size.DF < a.Size.DF) {
		t.Errorf("g %+v with clusters, %+v without", c.Size, a.Size)
	}
}
