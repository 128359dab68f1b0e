package stats

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// matchedEffect is an outcome model of effects.json.
type matchedEffect struct {
	Estimate       float64            `json:"estimate"`
	WeightedTarget float64            `json:"estimate_weighted_target"`
	SE             map[string]float64 `json:"se"`
	CI             [2]float64         `json:"ci95_normal"`
	P              float64            `json:"p_normal"`
	N              int                `json:"n"`
	Recommended    string             `json:"recommended_se"`
}

// matchedData joins a folder's matched units to lalonde.
func matchedData(t *testing.T, folder string) (g GComputation, outcome []float64) {
	t.Helper()
	units := readTable(t, filepath.Join("matchit", folder, "units.csv"))
	weights, subclass := units.numbers(t, "weight"), units.numbers(t, "subclass")
	var rows, clusters []int
	for i, w := range weights {
		if w > 0 {
			rows = append(rows, i)
			clusters = append(clusters, int(subclass[i]))
		}
	}
	g = GComputation{
		Treatment:  pick(units.numbers(t, "treat"), rows),
		Covariates: lalonde(t, "age", "educ", "racehispan", "racewhite", "married", "nodegree", "re74", "re75"),
		Weights:    pick(weights, rows),
		Clusters:   [][]int{clusters},
	}
	for j, column := range g.Covariates.Columns {
		g.Covariates.Columns[j] = pick(column, rows)
	}
	return g, pick(lalonde(t, "re78").Columns[0], rows)
}

// Reference: effects.json of each MatchIt folder. Tolerance 1e-8 relative.
func TestEffectsAgreeWithMatchItFolders(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob(filepath.Join("testdata", "matchit", "*"))
	if err != nil || len(folders) != 13 {
		t.Fatalf("%d folders, %v", len(folders), err)
	}
	kinds := map[string]Variance{
		"classical": Classical, "HC0": HC0, "HC1": HC1, "HC2": HC2, "HC3": HC3,
		"CL_HC1": CR1S, "CL_HC0_noadj": CR0, "CL_HC0": CR1,
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(filepath.Join(folder, "effects.json"))
			if err != nil {
				t.Fatal(err)
			}
			var want map[string]json.RawMessage
			if err := json.Unmarshal(data, &want); err != nil {
				t.Fatal(err)
			}
			g, outcome := matchedData(t, name)
			clusters := g.Clusters
			estimand := strings.Trim(string(want["estimand"]), `"`)
			for adjustment, key := range []string{"unadjusted", "main_effects", "gcomp_interacted"} {
				var effect matchedEffect
				if err := json.Unmarshal(want[key], &effect); err != nil {
					t.Fatal(err)
				}
				g.Adjustment = Adjustment(adjustment)
				for kind, se := range effect.SE {
					g.Variance, g.Clusters = kinds[kind], nil
					if g.Variance.Clustered() {
						g.Clusters = clusters
					}
					g.Target, _ = TargetWeights(estimand, g.Treatment, nil)
					got, err := g.Linear(outcome)
					if err != nil {
						t.Fatal(err)
					}
					relative(t, key+" estimate", got.Value, effect.Estimate, 1e-8)
					relative(t, key+" "+kind, got.SE, se, 1e-8)
					if got.Rows != effect.N {
						t.Errorf("%d rows, want %d", got.Rows, effect.N)
					}
					if kind == effect.Recommended {
						low, high := got.Normal().Interval(0.95)
						near(t, key+" lower limit", low, effect.CI[0], 1e-8)
						near(t, key+" upper limit", high, effect.CI[1], 1e-8)
						near(t, key+" p", got.Normal().P(), effect.P, 1e-8)
					}
				}
				g.Target, _ = TargetWeights(estimand, g.Treatment, g.Weights)
				got, err := g.Linear(outcome)
				if err != nil {
					t.Fatal(err)
				}
				relative(t, key+" weighted target", got.Value, effect.WeightedTarget, 1e-8)
			}
		})
	}
}

// A treated unit and its matches with replacement: clusters of the match and of
// the unit, which stands as often as it was used.
func TestTwoWayClustersAgreeWithMatchItFolders(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"s03_nn_replace", "s16_nn_replace_ratio3_cal"} {
		data, err := os.ReadFile(filepath.Join("testdata", "matchit", folder, "effects.json"))
		if err != nil {
			t.Fatal(err)
		}
		var want struct {
			Twoway struct {
				Estimate float64 `json:"estimate"`
				Both     float64 `json:"se_twoway_subclass_id"`
				ID       float64 `json:"se_cl_id"`
				Rows     int     `json:"nrow"`
			} `json:"get_matches_twoway"`
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		place := map[string]int{}
		for i, id := range readTable(t, "lalonde.csv")["id"] {
			place[id] = i
		}
		pairs := readTable(t, filepath.Join("matchit", folder, "pairs.csv"))
		matches := map[string]int{}
		for _, focal := range pairs["focal_id"] {
			matches[focal]++
		}
		all := lalonde(t, "re78").Columns[0]
		var g GComputation
		var outcome []float64
		var unit, match []int
		add := func(id, focal string, treat, weight float64) {
			g.Treatment, g.Weights = append(g.Treatment, treat), append(g.Weights, weight)
			unit, match = append(unit, place[id]), append(match, place[focal])
			outcome = append(outcome, all[place[id]])
		}
		for i, focal := range pairs["focal_id"] {
			if i == 0 || focal != pairs["focal_id"][i-1] {
				add(focal, focal, 1, 1)
			}
			add(pairs["match_id"][i], focal, 0, 1/float64(matches[focal]))
		}
		if len(outcome) != want.Twoway.Rows {
			t.Fatalf("%s: %d rows, want %d", folder, len(outcome), want.Twoway.Rows)
		}
		g.Variance = CR1S
		for _, c := range []struct {
			clusters [][]int
			se       float64
		}{{[][]int{match, unit}, want.Twoway.Both}, {[][]int{unit}, want.Twoway.ID}} {
			g.Clusters = c.clusters
			got, err := g.Linear(outcome)
			if err != nil {
				t.Fatal(err)
			}
			relative(t, folder+" estimate", got.Value, want.Twoway.Estimate, 1e-8)
			relative(t, folder+" error", got.SE, c.se, 1e-8)
		}
	}
}

// marginalReference is testdata/gcomputation.json.
type marginalReference struct {
	Treated, Control float64
	SE               map[string]struct{ RD, RR, OR float64 }
	AIPW             map[string]struct{ Estimate, HC1, CR1 float64 }
}

// Reference: glm, sandwich and the delta method by R 4.2.2. Tolerance 1e-8.
func TestLogisticEffectsAgreeWithR(t *testing.T) {
	t.Parallel()
	var want marginalReference
	readJSON(t, "gcomputation.json", &want)
	g := GComputation{
		Treatment: lalonde(t, "treat").Columns[0], Covariates: lalonde(t, "age", "educ", "married"),
		Weights: cycle(614), Adjustment: Interacted,
	}
	var err error
	if g.Target, err = TargetWeights("ATT", g.Treatment, g.Weights); err != nil {
		t.Fatal(err)
	}
	village := villages()
	for name, se := range want.SE {
		if g.Variance, err = ParseVariance(name); err != nil {
			t.Fatal(err)
		}
		g.Clusters = nil
		if g.Variance.Clustered() {
			g.Clusters = [][]int{village}
		}
		got, err := g.Logistic(highEarners(t))
		if err != nil {
			t.Fatal(err)
		}
		relative(t, "treated", got.Treated, want.Treated, 1e-8)
		relative(t, "control", got.Control, want.Control, 1e-8)
		relative(t, name+" risk difference", got.RiskDifference.SE, se.RD, 1e-8)
		relative(t, name+" log risk ratio", got.LogRiskRatio.SE, se.RR, 1e-8)
		relative(t, name+" log odds ratio", got.LogOddsRatio.SE, se.OR, 1e-8)
		ratio, low, high := got.LogRiskRatio.Exp(0.95)
		if relative(t, "ratio", ratio, want.Treated/want.Control, 1e-8); !(low < ratio && ratio < high) {
			t.Errorf("ratio %v is not inside %v to %v", ratio, low, high)
		}
	}
}

func TestGLMCovarianceRefuses(t *testing.T) {
	t.Parallel()
	design := lalonde(t, "age", "educ").WithIntercept(614)
	plain, err := GLM{}.Fit(design, highEarners(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	ridge, err := GLM{Ridge: 1}.Fit(design, highEarners(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plain.Covariance(CR2, villages()); err == nil || !strings.Contains(err.Error(), "use CR1S") {
		t.Errorf("CR2: %v", err)
	}
	if _, err := ridge.Covariance(HC0); err == nil || !strings.Contains(err.Error(), "ridge") {
		t.Errorf("ridge: %v", err)
	}
}

func TestAIPWAgreesWithR(t *testing.T) {
	t.Parallel()
	var want marginalReference
	readJSON(t, "gcomputation.json", &want)
	outcome := lalonde(t, "re78").Columns[0]
	a := AIPW{Treatment: lalonde(t, "treat").Columns[0], Covariates: lalonde(t, "age", "educ", "married"), Variance: HC1}
	clustered := a
	clustered.Variance, clustered.Clusters = CR1, [][]int{villages()}
	for estimand, ref := range want.AIPW {
		for _, c := range []struct {
			model AIPW
			se    float64
		}{{a, ref.HC1}, {clustered, ref.CR1}} {
			got, err := c.model.Estimate(outcome, estimand)
			if err != nil {
				t.Fatal(err)
			}
			relative(t, estimand, got.Value, ref.Estimate, 1e-8)
			relative(t, estimand+" error", got.SE, c.se, 1e-8)
		}
	}
	if _, err := a.Estimate(outcome, "LATE"); err == nil {
		t.Error("no error for an unknown estimand")
	}
	a.Covariates = a.Covariates.With(Design{[]string{"copy"}, [][]float64{a.Treatment}})
	if _, err := a.Estimate(outcome, "ATE"); err == nil || !strings.Contains(err.Error(), "no overlap") {
		t.Errorf("separation: %v", err)
	}
}

// Effects in subgroups are those of separate fits, and with errors that are
// not clustered so is the difference's error.
func TestSubgroupsEqualSeparateFits(t *testing.T) {
	t.Parallel()
	outcome := lalonde(t, "re78").Columns[0]
	g := GComputation{
		Treatment: lalonde(t, "treat").Columns[0], Covariates: lalonde(t, "age", "educ"),
		Weights: cycle(614), Adjustment: Interacted, Variance: HC2,
	}
	level := make([]int, 614)
	for i, married := range lalonde(t, "married").Columns[0] {
		level[i] = int(married)
	}
	got, err := g.Subgroups(outcome, level, 2)
	if err != nil {
		t.Fatal(err)
	}
	var effects []Effect
	for l := range 2 {
		var rows []int
		for i := range level {
			if level[i] == l {
				rows = append(rows, i)
			}
		}
		part := g
		part.Treatment, part.Weights = pick(g.Treatment, rows), pick(g.Weights, rows)
		part.Covariates.Columns = [][]float64{pick(g.Covariates.Columns[0], rows), pick(g.Covariates.Columns[1], rows)}
		effect, err := part.Linear(pick(outcome, rows))
		if err != nil {
			t.Fatal(err)
		}
		effects = append(effects, effect)
		relative(t, "effect "+strconv.Itoa(l), got.Effects[l].Value, effect.Value, 1e-10)
		relative(t, "error "+strconv.Itoa(l), got.Effects[l].SE, effect.SE, 1e-10)
		if got.Effects[l].Rows != effect.Rows {
			t.Errorf("level %d: %d rows, want %d", l, got.Effects[l].Rows, effect.Rows)
		}
	}
	se := math.Hypot(effects[0].SE, effects[1].SE)
	relative(t, "difference", got.Differences[0].Value, effects[1].Value-effects[0].Value, 1e-10)
	relative(t, "difference's error", got.Differences[0].SE, se, 1e-10)
	relative(t, "root of F", math.Sqrt(got.Test.F), math.Abs(got.Differences[0].Statistic()), 1e-9)
	relative(t, "p", got.Test.P, got.Differences[0].P(), 1e-9)
	if _, err := g.Subgroups(outcome, level, 3); err == nil {
		t.Error("no error for a level without units")
	}
}

// The bootstrap error of a mean of independent rows is its standard error, but
// for the bootstrap's own noise, which the seed fixes.
func TestBootstrap(t *testing.T) {
	t.Parallel()
	outcome := lalonde(t, "re78").Columns[0]
	village := villages()
	b := Bootstrap{Blocks: village, Replicates: 2000, Seed: 7}
	statistic := func(rows []int) (float64, error) { return weightedMean(pick(outcome, rows), nil), nil }
	got, err := b.Run(statistic)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Mean(outcome, nil, CR0, village)
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "bootstrap error", got.SE, want.SE, 0.05)
	low, high := got.Interval(0.95)
	wantLow, wantHigh := want.Normal().Interval(0.95)
	near(t, "lower", low, wantLow, 0.02)
	near(t, "upper", high, wantHigh, 0.02)
	again, err := b.Run(statistic)
	if err != nil || !slices.Equal(again.Values, got.Values) {
		t.Error("the same seed gave another distribution")
	}
	if _, err := b.Run(func([]int) (float64, error) { return math.NaN(), nil }); err == nil {
		t.Error("no error when every replicate fails")
	}
}

func villages() []int {
	codes := make([]int, 614)
	for i := range codes {
		codes[i] = (i + 1) % 40
	}
	return codes
}

func highEarners(t *testing.T) []float64 {
	t.Helper()
	y := lalonde(t, "re78").Columns[0]
	for i, v := range y {
		y[i] = indicator(v > 5000)
	}
	return y
}

// The effects in MatchIt's subclasses, and their average by treated units.
func TestSubgroupsAgreeWithMatchItSubclasses(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("testdata", "matchit", "s08_subclass6", "effects.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Stratified struct {
			BySubclass map[string]float64 `json:"by_subclass"`
			Weights    map[string]float64 `json:"weights"`
			Estimate   float64            `json:"estimate"`
		} `json:"stratified"`
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	g, outcome := matchedData(t, "s08_subclass6")
	level := g.Clusters[0]
	for i := range level {
		level[i]--
	}
	g.Weights, g.Clusters, g.Variance = nil, nil, HC3
	got, err := g.Subgroups(outcome, level, 6)
	if err != nil {
		t.Fatal(err)
	}
	var sum, treated float64
	for l, effect := range got.Effects {
		key := strconv.Itoa(l + 1)
		relative(t, "subclass "+key, effect.Value, want.Stratified.BySubclass[key], 1e-8)
		sum += effect.Value * want.Stratified.Weights[key]
		treated += want.Stratified.Weights[key]
	}
	relative(t, "average", sum/treated, want.Stratified.Estimate, 1e-8)
}

// With one model right and the other wrong the effect, 2 for all units, is
// still found; with both wrong it is not. The error is 4 of its own at most.
func TestAIPWIsDoublyRobust(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 2))
	n := 40_000
	x := make([]float64, n)
	outcomes := map[string][]float64{"linear": make([]float64, n), "square": make([]float64, n)}
	assigned := map[string][]float64{"linear": make([]float64, n), "square": make([]float64, n)}
	for i := range n {
		x[i] = random.NormFloat64()
		for name, driver := range map[string]float64{"linear": x[i], "square": x[i] * x[i]} {
			p, _ := logistic(driver/2 - 0.5)
			noise := math.Sin(float64(i)) // the same whichever comes first
			assigned[name][i] = indicator(math.Mod(float64(i)*0.6180339887498949, 1) < p)
			outcomes[name][i] = 3*driver + noise
		}
	}
	for _, c := range []struct {
		assignment, outcome string
		found               bool
	}{{"linear", "linear", true}, {"linear", "square", true}, {"square", "linear", true}, {"square", "square", false}} {
		y := slices.Clone(outcomes[c.outcome])
		for i, t := range assigned[c.assignment] {
			y[i] += 2 * t
		}
		model := AIPW{Treatment: assigned[c.assignment], Covariates: Design{[]string{"x"}, [][]float64{x}}, Variance: HC1}
		for _, estimand := range []string{"ATE", "ATT", "ATC"} {
			got, err := model.Estimate(y, estimand)
			if err != nil {
				t.Fatal(err)
			}
			if found := math.Abs(got.Value-2) <= 4*got.SE; found != c.found {
				t.Errorf("%s of %s assignment, %s outcome: %.3f (%.3f)", estimand, c.assignment, c.outcome, got.Value, got.SE)
			}
		}
	}
}

// Intervals by CR2 with Satterthwaite's degrees of freedom cover the truth in
// about 95 of 100 samples of 12 clusters, half of them treated, where the
// normal distribution with CR0 covers much less.
func TestCR2CoversWithFewClusters(t *testing.T) {
	t.Parallel()
	const samples, clusters, size = 1500, 12, 8
	var covered, naive float64
	for s := range samples {
		random := rand.New(rand.NewPCG(uint64(s), 9))
		var g GComputation
		var y []float64
		var code []int
		for c := range clusters {
			school := random.NormFloat64()
			for range size + c {
				g.Treatment = append(g.Treatment, float64(c%2))
				code = append(code, c)
				y = append(y, school+random.NormFloat64())
			}
		}
		g.Clusters = [][]int{code}
		for kind, count := range map[Variance]*float64{CR2: &covered, CR0: &naive} {
			g.Variance = kind
			effect, err := g.Linear(y)
			if err != nil {
				t.Fatal(err)
			}
			e := effect.Estimate
			if kind == CR0 {
				e = e.Normal()
			}
			if low, high := e.Interval(0.95); low <= 0 && 0 <= high {
				*count += 1. / samples
			}
		}
	}
	if covered < 0.935 || covered > 0.97 || naive > 0.92 {
		t.Errorf("CR2 covers %.3f, CR0 with the normal distribution %.3f", covered, naive)
	}
}

// What cannot be told from the data is an error, never a zero.
func TestEffectsRefuse(t *testing.T) {
	t.Parallel()
	treat, outcome := lalonde(t, "treat").Columns[0], lalonde(t, "re78").Columns[0]
	good := GComputation{Treatment: treat, Covariates: lalonde(t, "age"), Adjustment: MainEffects, Variance: HC1}
	alone := slices.Clone(treat) // varies among the treated alone
	for i := range alone {
		alone[i] *= float64(i%3 - 1)
	}
	for name, c := range map[string]struct {
		attempt func() error
		message string
	}{
		"one arm": {func() error {
			g := good
			g.Weights = treat
			_, err := g.Linear(outcome)
			return err
		}, "the same treatment"},
		"one arm, logistic": {func() error {
			g := good
			g.Weights = treat
			_, err := g.Logistic(highEarners(t))
			return err
		}, "the same treatment"},
		"one arm in a level": {func() error {
			level := make([]int, len(treat))
			for i := range level {
				level[i] = int(treat[i])
			}
			_, err := good.Subgroups(outcome, level, 2)
			return err
		}, "the same treatment"},
		"names": {func() error {
			g := good
			g.Covariates.Names = nil
			_, err := g.Linear(outcome)
			return err
		}, "0 names for 1 columns"},
		"constant outcome": {func() error {
			_, err := good.Logistic(constant(1, 614))
			return err
		}, "outcome has the same value"},
		"no support": {func() error {
			a := AIPW{Treatment: treat, Covariates: Design{[]string{"pilot"}, [][]float64{alone}}, Variance: HC1}
			_, err := a.Estimate(outcome, "ATE")
			return err
		}, "in one arm covariate"},
		"zero design": {func() error {
			fit, err := LeastSquares(Design{[]string{"zero"}, [][]float64{make([]float64, 614)}}, outcome, nil)
			if err == nil {
				_, err = fit.Covariance(HC1)
			}
			return err
		}, "every column of the design is zero"},
	} {
		if err := c.attempt(); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.message)
		}
	}
}

// Its intervals cover the effect in about 95 of 100 samples when both models
// are right; of 600 samples, 92.3 to 97.7 is within three standard errors.
func TestAIPWCovers(t *testing.T) {
	t.Parallel()
	const samples, n = 600, 400
	covered := map[string]float64{}
	for s := range samples {
		random := rand.New(rand.NewPCG(uint64(s), 77))
		x, treat, y := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			x[i] = random.NormFloat64()
			p, _ := logistic(0.6*x[i] - 0.4)
			treat[i] = indicator(random.Float64() < p)
			y[i] = 1.5*treat[i] + 2*x[i] + random.NormFloat64()
		}
		model := AIPW{Treatment: treat, Covariates: Design{[]string{"x"}, [][]float64{x}}, Variance: HC1}
		for _, estimand := range []string{"ATT", "ATC", "ATE"} {
			got, err := model.Estimate(y, estimand)
			if err != nil {
				t.Fatal(err)
			}
			if low, high := got.Interval(0.95); low <= 1.5 && 1.5 <= high {
				covered[estimand] += 100. / samples
			}
		}
	}
	for estimand, share := range covered {
		if share < 92.3 || share > 97.7 {
			t.Errorf("%s: %.1f of 100 intervals cover", estimand, share)
		}
	}
}
