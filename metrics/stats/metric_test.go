package stats

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Reference: prop.test(correct = FALSE) by R 4.2.2.
func TestWilson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		successes, n int
		low, high    float64
	}{
		{23, 50, 0.329696521922244, 0.596011286008425},
		{0, 12, 0, 0.242494006655241},
		{12, 12, 0.757505993344759, 1},
	} {
		low, high, err := Wilson(c.successes, c.n, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "lower", low, c.low, 1e-13)
		near(t, "upper", high, c.high, 1e-13)
	}
	if _, _, err := Wilson(3, 2, 0.95); err == nil {
		t.Error("no error for more successes than units")
	}
	if _, _, err := Wilson(1, 2, 95); err == nil {
		t.Error("no error for a level of 95")
	}
}

// The limits are where the score test of the proportion just rejects.
func TestWilsonInvertsTheScoreTest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(rt, "n")
		k := rapid.IntRange(0, n).Draw(rt, "successes")
		low, high, err := Wilson(k, n, 0.95)
		if err != nil {
			rt.Fatal(err)
		}
		p := float64(k) / float64(n)
		if !(0 <= low && low <= p && p <= high && high <= 1) {
			rt.Fatalf("%v to %v around %v", low, high, p)
		}
		for _, limit := range []float64{low, high} {
			if limit > 1e-9 && limit < 1-1e-9 {
				z := math.Abs(p-limit) / math.Sqrt(limit*(1-limit)/float64(n))
				if math.Abs(z-1.959963984540054) > 1e-6 {
					rt.Fatalf("score %v at limit %v", z, limit)
				}
			}
		}
	})
}

// A ratio's delta method error is the bootstrap's, but for the bootstrap's noise;
// and of a denominator of ones the ratio is a mean.
func TestRatio(t *testing.T) {
	t.Parallel()
	income, schooling := lalonde(t, "re78").Columns[0], lalonde(t, "educ").Columns[0]
	for i := range schooling {
		schooling[i]++
	}
	weights, village := cycle(614), villages()
	got, err := Ratio(income, schooling, weights, CR0, village)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "ratio", got.Value, weightedMean(income, weights)/weightedMean(schooling, weights), 1e-9)
	draws, err := Bootstrap{Blocks: village, Replicates: 2000, Seed: 3}.Run(func(rows []int) (float64, error) {
		w := pick(weights, rows)
		return weightedMean(pick(income, rows), w) / weightedMean(pick(schooling, rows), w), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "error", got.SE, draws.SE, 0.05)
	mean, err := Mean(income, weights, CR1, village)
	if err != nil {
		t.Fatal(err)
	}
	same, err := Ratio(income, constant(1, 614), weights, CR1, village)
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "mean", same.Value, mean.Value, 1e-12)
	relative(t, "mean's error", same.SE, mean.SE, 1e-12)
	if _, err := Ratio(income, constant(0, 614), nil, HC1); err == nil {
		t.Error("no error for a denominator of zeros")
	}
}

// By hand: 6 ± 0.6 over 2 ± 0.4.
func TestLogRatio(t *testing.T) {
	t.Parallel()
	got, err := LogRatio(Estimate{6, 0.6, 30}, Estimate{2, 0.4, 20}, 0)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "log ratio", got.Value, math.Log(3), 1e-15)
	near(t, "error", got.SE, math.Sqrt(0.01+0.04), 1e-15)
	near(t, "df", got.DF, 20, 0)
	same, err := LogRatio(Estimate{6, 0.6, 30}, Estimate{6, 0.6, 30}, 0.36)
	if err != nil || same.SE > 1e-9 {
		t.Errorf("error %v of a number over itself, %v", same.SE, err)
	}
	if _, err := LogRatio(Estimate{6, 0.6, 30}, Estimate{0, 0.4, 20}, 0); err == nil {
		t.Error("no error for a ratio to zero")
	}
}

// Reference: cor.test by R 4.2.2.
func TestPearson(t *testing.T) {
	t.Parallel()
	x, y := []float64{1.2, 2.4, 3.1, 4.8, 5.0, 6.7, 7.7}, []float64{2, 1, 4, 3, 6, 5, 9}
	got, err := Pearson(x, y, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "r", got.Value, 0.849327606503495, 1e-13)
	near(t, "lower", got.Low, 0.267113314240462, 1e-13)
	near(t, "upper", got.High, 0.977306975101364, 1e-13)
	exact, err := Pearson(x, times(x, -2), 0.95)
	if err != nil || math.Abs(exact.Value+1) > 1e-12 {
		t.Errorf("correlation with minus itself: %v, %v", exact.Value, err)
	}
	if _, err := Pearson(x, constant(1, 7), 0.95); err == nil {
		t.Error("no error for a variable that does not vary")
	}
}

// Reference: Shrout and Fleiss (1979), table 2 and its ICC(2,1), 0.29; limits
// 0.019 and 0.761, as McGraw and Wong's formulas give them in R's psych and irr.
func TestICC21(t *testing.T) {
	t.Parallel()
	ratings := [][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}}
	got, err := ICC21(ratings, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "ICC", got.Value, 0.2897638, 1e-6)
	near(t, "lower", got.Low, 0.01878650, 1e-6)
	near(t, "upper", got.High, 0.7610844, 1e-6)
	near(t, "of four raters' mean", SpearmanBrown(got.Value, 4), 0.6200505, 1e-6)
	perfect, err := ICC21([][]float64{{1, 1}, {2, 2}, {3, 3}}, 0.95)
	if err != nil || perfect.Value != 1 || perfect.Low != 1 {
		t.Errorf("perfect agreement: %+v, %v", perfect, err)
	}
	for name, bad := range map[string][][]float64{
		"one unit": {{1, 2}}, "one rater": {{1}, {2}}, "a gap": {{1, 2}, {1}}, "all the same": {{2, 2}, {2, 2}},
	} {
		if _, err := ICC21(bad, 0.95); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Quadratic kappa is the concordance correlation 2·cov/(var + var + (difference
// of means)²) with divisor n (Fleiss and Cohen, 1973), and its error that of
// the delta method over the table's cells, here by numerical derivatives.
func TestQuadraticKappa(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 5))
	n := 200
	a, b := make([]int, n), make([]int, n)
	for i := range a {
		a[i] = 1 + random.IntN(4)
		b[i] = min(4, max(1, a[i]+random.IntN(3)-1))
	}
	concordance := func(weights []float64) float64 {
		x, y := make([]float64, n), make([]float64, n)
		for i := range a {
			x[i], y[i] = float64(a[i]), float64(b[i])
		}
		mx, my := weightedMean(x, weights), weightedMean(y, weights)
		product := make([]float64, n)
		for i := range x {
			product[i] = (x[i] - mx) * (y[i] - my)
		}
		spread := weightedVariance(x, weights) + weightedVariance(y, weights)
		return 2 * weightedMean(product, weights) / (spread + (mx-my)*(mx-my))
	}
	var square float64
	for i := range n {
		up, down := constant(1, n), constant(1, n)
		up[i], down[i] = 1.001, 0.999
		slope := (concordance(up) - concordance(down)) / 0.002
		square += slope * slope
	}
	got, err := QuadraticKappa(a, b, 1, 4, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "kappa", got.Value, concordance(nil), 1e-12)
	near(t, "reach", (got.High-got.Low)/2, 1.959963984540054*math.Sqrt(square), 1e-6)
	same, err := QuadraticKappa(a, a, 1, 4, 0.95)
	if err != nil || math.Abs(same.Value-1) > 1e-12 {
		t.Errorf("kappa %v of a rater with itself, %v", same.Value, err)
	}
	if _, err := QuadraticKappa(a, b, 2, 4, 0.95); err == nil {
		t.Error("no error for a score out of range")
	}
	if _, err := QuadraticKappa([]int{1, 1}, []int{1, 1}, 1, 4, 0.95); err == nil {
		t.Error("no error for one score only")
	}
}

// Reference: survfit by R 4.2.2, survival 3.5-3. Tolerance 1e-12.
func TestKaplanMeierAgreesWithR(t *testing.T) {
	t.Parallel()
	var cases map[string]struct {
		Times, Time, Survival, SE []float64
		Low, High                 []*float64
		Event                     []bool
		AtRisk                    []int `json:"at_risk"`
		Quantile                  []*float64
		QuantileLow               []*float64 `json:"quantile_low"`
		QuantileHigh              []*float64 `json:"quantile_high"`
	}
	readJSON(t, "survival.json", &cases)
	missing := func(v *float64, otherwise float64) float64 {
		if v == nil {
			return otherwise
		}
		return *v
	}
	for name, c := range cases {
		got, err := KaplanMeier(c.Times, c.Event)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Steps) != len(c.Time) {
			t.Fatalf("%s: %d steps, want %d", name, len(got.Steps), len(c.Time))
		}
		for i, step := range got.Steps {
			low, high := step.Interval(0.95)
			near(t, name+" time", step.Time, c.Time[i], 0)
			near(t, name+" survival", step.Survival, c.Survival[i], 1e-12)
			near(t, name+" error", step.SE, c.SE[i], 1e-12)
			near(t, name+" lower", low, missing(c.Low[i], math.NaN()), 1e-12)
			near(t, name+" upper", high, missing(c.High[i], math.NaN()), 1e-12)
			if step.AtRisk != c.AtRisk[i] {
				t.Errorf("%s: %d at risk, want %d", name, step.AtRisk, c.AtRisk[i])
			}
		}
		for k, share := range []float64{0.25, 0.5} {
			time, low, high := got.Quantile(share, 0.95)
			if inf := math.Inf(1); time != missing(c.Quantile[k], inf) || low != missing(c.QuantileLow[k], inf) || high != missing(c.QuantileHigh[k], inf) {
				t.Errorf("%s: quantile %v is %v (%v to %v)", name, share, time, low, high)
			}
		}
	}
}

// Without censoring the curve is one less the share of units with the event,
// and Greenwood's error that of a proportion.
func TestSurvivalOfAllEvents(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		times := rapid.SliceOfN(rapid.Float64Range(0, 20), 1, 40).Draw(rt, "times")
		event := make([]bool, len(times))
		for i := range times {
			times[i], event[i] = math.Floor(times[i]), true
		}
		curve, err := KaplanMeier(times, event)
		if err != nil {
			rt.Fatal(err)
		}
		n := float64(len(times))
		for _, step := range curve.Steps {
			var later float64
			for _, v := range times {
				later += indicator(v > step.Time) / n
			}
			if math.Abs(step.Survival-later) > 1e-12 || math.Abs(step.SE-math.Sqrt(later*(1-later)/n)) > 1e-12 {
				rt.Fatalf("at %v: %v (%v), want %v", step.Time, step.Survival, step.SE, later)
			}
		}
	})
}

func TestSurvivalAt(t *testing.T) {
	t.Parallel()
	curve, err := KaplanMeier([]float64{5, 2, 2, 8}, []bool{true, true, false, true})
	if err != nil {
		t.Fatal(err)
	}
	for time, want := range map[float64]float64{0: 1, 1.9: 1, 2: 0.75, 4: 0.75, 5: 0.375, 100: 0} {
		near(t, "survival", curve.At(time).Survival, want, 1e-15)
	}
	if _, err := KaplanMeier([]float64{-1}, []bool{true}); err == nil {
		t.Error("no error for a negative time")
	}
}

// Reference: lm and vcovCL, and Hirano and Imbens' steps with lm, by R 4.2.2.
func TestDoseAgreesWithR(t *testing.T) {
	t.Parallel()
	var want struct {
		Effects, SE, Curve []float64
		Rows               []int
		F                  float64
	}
	readJSON(t, "dose.json", &want)
	outcome, village := lalonde(t, "re78").Columns[0], villages()
	d := Dose{Amount: lalonde(t, "educ").Columns[0], Covariates: lalonde(t, "age", "married"), Weights: cycle(614)}
	got, err := d.Binned(outcome, []float64{8, 11, 13}, CR1S, village)
	if err != nil {
		t.Fatal(err)
	}
	for b, bin := range got.Bins {
		if bin.Rows != want.Rows[b] {
			t.Errorf("%d units from %v, want %d", bin.Rows, bin.From, want.Rows[b])
		}
		if b > 0 {
			relative(t, "effect", bin.Effect.Value, want.Effects[b-1], 1e-8)
			relative(t, "error", bin.Effect.SE, want.SE[b-1], 1e-8)
		}
	}
	relative(t, "F", got.Test.F, want.F, 1e-8)
	if _, err := d.Binned(outcome, []float64{8, 99}, CR1S, village); err == nil {
		t.Error("no error for an empty bin")
	}
	if _, err := d.Binned(outcome, []float64{8, 8}, CR1S, village); err == nil {
		t.Error("no error for equal cuts")
	}

	d.Covariates = lalonde(t, "age", "married", "re74")
	grid := []float64{6, 9, 12, 15}
	bootstrap := Bootstrap{Blocks: village, Replicates: 200, Seed: 11}
	curve, err := d.Response(outcome, grid, bootstrap)
	if err != nil {
		t.Fatal(err)
	}
	for k, e := range curve {
		relative(t, "response", e.Value, want.Curve[k], 1e-8)
		if !(e.SE > 0) || e.SE > e.Value {
			t.Errorf("response %v with error %v", e.Value, e.SE)
		}
	}
	again, err := d.Response(outcome, grid, bootstrap)
	if err != nil || !slices.Equal(again, curve) {
		t.Error("the same seed gave another curve")
	}
	d.Covariates = Design{[]string{"itself"}, [][]float64{d.Amount}}
	if _, err := d.Response(outcome, grid, bootstrap); err == nil {
		t.Error("no error for a dose that covariates explain fully")
	}
}

// Reference: Shrout and Fleiss (1979), table 2 and its ICC(1,1), 0.17; limits
// as R's psych gives them. Then clusters of unequal size, against the mean
// squares by hand: groups {1, 3}, {4, 6, 8}, {9}.
func TestICC1(t *testing.T) {
	t.Parallel()
	var values []float64
	var clusters []int
	for unit, row := range [][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}} {
		for _, v := range row {
			values, clusters = append(values, v), append(clusters, unit)
		}
	}
	got, err := ICC1(values, clusters, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "ICC", got.Value, 0.1657418, 1e-6)
	near(t, "lower", got.Low, -0.1329323, 1e-6)
	near(t, "upper", got.High, 0.7225601, 1e-6)

	got, err = ICC1([]float64{1, 3, 4, 6, 8, 9}, []int{1, 1, 2, 2, 2, 3}, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	grand := 31. / 6
	msb := (2*(2-grand)*(2-grand) + 3*(6-grand)*(6-grand) + (9-grand)*(9-grand)) / 2
	msw := (2. + 8) / 3
	size := (6 - 14./6) / 2
	near(t, "unequal clusters", got.Value, (msb-msw)/(msb+(size-1)*msw), 1e-12)
	if _, err := ICC1([]float64{1, 2}, []int{1, 2}, 0.95); err == nil {
		t.Error("no error for clusters of one")
	}
}

// Not parallel: it sets the number of processors for a while.
func TestDrawsAreTheSameOnAnyNumberOfProcessors(t *testing.T) { //nolint:paralleltest // see above
	outcome := lalonde(t, "re78").Columns[0]
	d := Dose{Amount: lalonde(t, "educ").Columns[0], Covariates: lalonde(t, "age", "re74")}
	p, state := counties(t, func(int, int, int) bool { return true })
	p.Clusters = state
	var runs [][]float64
	for _, procs := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(procs)
		curve, err := d.Response(outcome, []float64{8, 12}, Bootstrap{Blocks: villages(), Replicates: 50, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		effects, err := GroupTime{Panel: p}.Effects()
		if err != nil {
			t.Fatal(err)
		}
		runtime.GOMAXPROCS(before)
		_, overall := effects.Dynamic()
		runs = append(runs, []float64{curve[0].Value, curve[0].SE, curve[1].Value, curve[1].SE, overall.Value, overall.SE})
	}
	if !slices.Equal(runs[0], runs[1]) || !slices.Equal(runs[0], runs[2]) {
		t.Errorf("results depend on the number of processors: %v", runs)
	}
}
