package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Reference: qt, pt, pf and pchisq by R 4.2.2. Tolerance 1e-10.
func TestTailsAgreeWithR(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ df, critical, p float64 }{
		{3, 3.18244630528371, 0.10498836064447},
		{10.5, 2.213840292918787, 0.043087428690039},
		{69.1, 1.9948939112748512, 0.0244734594697656},
		{1000, 1.9623390808264076, 0.0216534198478396},
		{math.Inf(1), 1.95996398454005, 0.021448220043351},
	} {
		e := Estimate{Value: -2.3, SE: 1, DF: c.df}
		_, high := e.Interval(0.95)
		near(t, "critical value", high-e.Value, c.critical, 1e-10)
		near(t, "p", e.P(), c.p, 1e-10)
	}
}

func TestEstimateOfNothing(t *testing.T) {
	t.Parallel()
	for _, e := range []Estimate{{1, 1, 0}, {1, 1, math.NaN()}, {1, 1, -2}} {
		if low, _ := e.Interval(0.95); !math.IsNaN(low) || !math.IsNaN(e.P()) {
			t.Errorf("%v degrees of freedom: limit %v, p %v", e.DF, low, e.P())
		}
	}
	if low, _ := (Estimate{1, 1, 5}).Interval(95); !math.IsNaN(low) {
		t.Errorf("level 95: limit %v", low)
	}
}

// By hand: arms of 30 and 40, means 12 and 10, standard deviations 4 and 5.
// S² = (29·16 + 39·25)/68, ω = 1 − 3/(4·70 − 9).
func TestHedgesG(t *testing.T) {
	t.Parallel()
	g, err := HedgesG(Arm{30, 12, 4}, Arm{40, 10, 5})
	if err != nil {
		t.Fatal(err)
	}
	d, omega := 2/math.Sqrt(1439./68), 1-3./271
	near(t, "g", g.Value, omega*d, 1e-14)
	near(t, "error", g.SE, omega*math.Sqrt(1./30+1./40+d*d/136), 1e-14)
	near(t, "df", g.DF, 68, 0)
	for name, arms := range map[string][2]Arm{
		"one unit":    {{1, 12, 0}, {40, 10, 5}},
		"no variance": {{30, 12, 0}, {40, 10, 0}},
	} {
		if _, err := HedgesG(arms[0], arms[1]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Reference: computed in R from the definition, before correction.
func TestCoxIndex(t *testing.T) {
	t.Parallel()
	c, err := CoxIndex(Arm{N: 50, Mean: 0.64}, Arm{N: 60, Mean: 0.23})
	if err != nil {
		t.Fatal(err)
	}
	omega := 1 - 3./(4*110-9)
	near(t, "index", c.Value, omega*1.081015364138240, 1e-13)
	near(t, "error", c.SE, omega*0.257781981841583, 1e-13)
	if _, err := CoxIndex(Arm{N: 50, Mean: 1}, Arm{N: 60, Mean: 0.23}); err == nil {
		t.Error("no error for a proportion of one")
	}
}

// Without intraclass correlation clusters do not matter; with all of it, the
// number of clusters does (h = clusters − 2 when they are of equal size).
func TestClusterCorrection(t *testing.T) {
	t.Parallel()
	near(t, "h without correlation", ClusterDF(600, 30, 0), 598, 1e-12)
	near(t, "h of single units", ClusterDF(600, 1, 0.2), 598, 1e-12)
	near(t, "h of full correlation", ClusterDF(600, 30, 1), 18, 1e-12)
	near(t, "t without correlation", ClusterCorrectedT(2.5, 600, 30, 0), 2.5, 1e-12)
	near(t, "t", ClusterCorrectedT(2.5, 600, 30, 0.2), 2.5*math.Sqrt((598-11.6)/(598*6.8)), 1e-12)
	near(t, "correction", SmallSampleCorrection(68), 1-3./271, 1e-15)
}

// By hand, on 20 clusters of 30; without correlation it is Standardize.
func TestStandardizeClustered(t *testing.T) {
	t.Parallel()
	effect := Estimate{Value: 5, SE: 2, DF: 18}
	g, err := StandardizeClustered(effect, 20, 600, 30, 0.2)
	if err != nil {
		t.Fatal(err)
	}
	h := ClusterDF(600, 30, 0.2)
	d, j := 0.25*math.Sqrt(1-11.6/598), 1-3/(4*h-1)
	near(t, "g", g.Value, j*d, 1e-14)
	near(t, "error", g.SE, j*math.Sqrt(0.01*(1-11.6/598)+d*d/(2*h)), 1e-14)
	near(t, "df", g.DF, h, 0)
	if h < 18 || h > 598 {
		t.Errorf("%v degrees of freedom", h)
	}
	plain, err := Standardize(effect, 20, 598)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := StandardizeClustered(effect, 20, 600, 30, 0)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "g without correlation", alone.Value, plain.Value, 1e-14)
	near(t, "error without correlation", alone.SE, plain.SE, 1e-14)
	for name, bad := range map[string][3]float64{"two clusters": {60, 30, 0.2}, "icc": {600, 30, 1.2}, "size": {600, 0, 0.2}} {
		if _, err := StandardizeClustered(effect, 20, bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestImprovementIndex(t *testing.T) {
	t.Parallel()
	for g, want := range map[float64]float64{0: 0, 0.25: 9.870632568, 1: 34.134474607, -1: -34.134474607} {
		near(t, "index", ImprovementIndex(g), want, 1e-9)
	}
}

func TestBaselineEquivalence(t *testing.T) {
	t.Parallel()
	for g, want := range map[float64]Equivalence{
		0: Satisfied, -0.05: Satisfied, 0.051: Adjust, -0.25: Adjust, 0.2501: NotSatisfied, math.NaN(): NotSatisfied,
	} {
		if got := BaselineEquivalence(g); got != want {
			t.Errorf("%v: %s, want %s", g, got, want)
		}
	}
}

func TestAttrition(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		treated, control                            [2]int // assigned, analysed
		overall, differential, cautious, optimistic float64
		lowCautious, lowOptimistic                  bool
	}{
		{[2]int{100, 100}, [2]int{100, 100}, 0, 0, 5.7, 10, true, true},
		{[2]int{200, 150}, [2]int{200, 158}, 23, 4, 5.4 - 0.3*1.3, 10.2 - 0.3*1.4, true, true},
		{[2]int{100, 56}, [2]int{100, 64}, 40, 8, 2.6, 6.5, false, false},
		{[2]int{100, 58}, [2]int{100, 62}, 40, 4, 2.6, 6.5, false, true},
		{[2]int{100, 40}, [2]int{100, 40}, 60, 0, math.NaN(), math.NaN(), false, false},
	} {
		a, err := AttritionOf(c.treated[0], c.treated[1], c.control[0], c.control[1])
		if err != nil {
			t.Fatal(err)
		}
		near(t, "overall", a.Overall, c.overall, 1e-12)
		near(t, "differential", a.Differential, c.differential, 1e-12)
		near(t, "cautious", a.Cautious, c.cautious, 1e-12)
		near(t, "optimistic", a.Optimistic, c.optimistic, 1e-12)
		if a.LowCautious() != c.lowCautious || a.LowOptimistic() != c.lowOptimistic {
			t.Errorf("%+v: low %v, %v", a, a.LowCautious(), a.LowOptimistic())
		}
	}
	if _, err := AttritionOf(10, 11, 10, 10); err == nil {
		t.Error("no error for more analysed than assigned")
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	full := Evidence{
		Randomized: true, LowAttrition: true, Equivalence: Satisfied, Adjusted: true, SelectionControls: true,
		StudentOutcome: true, Significant: true, Positive: true, Students: 350, Sites: 2,
	}
	for name, c := range map[string]struct {
		change func(*Evidence)
		wwc    string
		tier   int
	}{
		"strong":            {func(*Evidence) {}, "meets without reservations", 1},
		"attrition":         {func(e *Evidence) { e.LowAttrition = false }, "meets with reservations", 2},
		"matched":           {func(e *Evidence) { e.Randomized = false }, "meets with reservations", 2},
		"matched, adjusted": {func(e *Evidence) { e.Randomized, e.Equivalence = false, Adjust }, "meets with reservations", 2},
		"not adjusted": {func(e *Evidence) {
			e.Randomized, e.Equivalence, e.Adjusted = false, Adjust, false
		}, "does not meet", 3},
		"uncontrolled": {func(e *Evidence) {
			e.Randomized, e.Equivalence, e.SelectionControls = false, NotSatisfied, false
		}, "does not meet", 4},
		"small":               {func(e *Evidence) { e.Students = 349 }, "meets without reservations", 3},
		"one site":            {func(e *Evidence) { e.Sites = 1 }, "meets without reservations", 3},
		"observation scores":  {func(e *Evidence) { e.StudentOutcome = false }, "meets without reservations", 4},
		"not significant":     {func(e *Evidence) { e.Significant = false }, "meets without reservations", 4},
		"negative":            {func(e *Evidence) { e.Positive = false }, "meets without reservations", 4},
		"not equivalent, RCT": {func(e *Evidence) { e.Equivalence = NotSatisfied }, "meets without reservations", 1},
	} {
		e := full
		c.change(&e)
		got := Rate(e)
		if got.WWC != c.wwc || got.ESSA != c.tier || len(got.Criteria) != 7 {
			t.Errorf("%s: %s, tier %d, want %s, tier %d", name, got.WWC, got.ESSA, c.wwc, c.tier)
		}
		for _, criterion := range got.Criteria {
			if criterion.Reason == "" {
				t.Errorf("%s: %s has no reason", name, criterion.Name)
			}
		}
	}
}

// Reference: p.adjust by R 4.2.2.
func TestBenjaminiHochberg(t *testing.T) {
	t.Parallel()
	got, err := BenjaminiHochberg([]float64{0.01, 0.04, 0.03, 0.20, 0.005, 0.9, 0.04})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.035, 0.056, 0.056, 0.23333333333333333, 0.035, 0.9, 0.056} {
		near(t, "adjusted p", got[i], want, 1e-14)
	}
	if _, err := BenjaminiHochberg([]float64{0.1, math.NaN()}); err == nil {
		t.Error("no error for a p-value that is missing")
	}
}

// An adjusted p-value is never below its own nor above one, and keeps order.
func TestBenjaminiHochbergKeepsOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 30).Draw(rt, "p")
		adjusted, err := BenjaminiHochberg(p)
		if err != nil {
			rt.Fatal(err)
		}
		for i := range p {
			if adjusted[i] < p[i] || adjusted[i] > 1 {
				rt.Fatalf("%v became %v", p[i], adjusted[i])
			}
			for j := range p {
				if p[i] < p[j] && adjusted[i] > adjusted[j] {
					rt.Fatalf("%v < %v became %v > %v", p[i], p[j], adjusted[i], adjusted[j])
				}
			}
		}
	})
}

// Reference: the formula with R's qt; and, for single units, R's
// power.t.test(n = 100, power = .8), which is exact, to 0.1 %.
func TestMinimumDetectableEffect(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		power           Power
		want, tolerance float64
	}{
		{Power{Clusters: 40, Size: 25, TreatedShare: 0.5, ICC: 0.2, R2Between: 0.5, R2Within: 0.3, Covariates: 1}, 0.318365971062960, 1e-10},
		{Power{Clusters: 200, Size: 1, TreatedShare: 0.3, R2Within: 0.4}, 0.336511575631063, 1e-10},
		{Power{Clusters: 20, Size: 10, TreatedShare: 0.5, ICC: 0.1, Alpha: 0.01, Level: 0.9}, 0.820452284934603, 1e-10},
		{Power{Clusters: 200, Size: 1, TreatedShare: 0.5}, 0.398140044981864, 1e-3},
	} {
		got, err := c.power.MinimumDetectableEffect()
		if err != nil {
			t.Fatal(err)
		}
		relative(t, "effect", got, c.want, c.tolerance)
	}
	for name, bad := range map[string]Power{
		"share":    {Clusters: 40, Size: 25, TreatedShare: 1},
		"icc":      {Clusters: 40, Size: 25, TreatedShare: 0.5, ICC: -0.1},
		"clusters": {Clusters: 2, Size: 25, TreatedShare: 0.5},
		"size":     {Clusters: 40, TreatedShare: 0.5},
	} {
		if _, err := bad.MinimumDetectableEffect(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
