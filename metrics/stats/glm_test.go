package stats

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Reference: testdata/glm.json, by R 4.2.2. Tolerance 1e-10 relative.
func TestGLMAgreesWithR(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Name, Link   string
		Weighted     bool
		Columns      []string
		Coefficients []string
		Fitted       []float64
		Deviance     float64
		NullDeviance float64 `json:"null_deviance"`
		Iterations   int
	}
	readJSON(t, "glm.json", &cases)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			link, err := ParseLink(c.Link)
			if err != nil {
				t.Fatal(err)
			}
			design := lalonde(t, c.Columns...)
			var weights []float64
			if c.Weighted {
				weights = cycle(design.Rows())
			}
			y := lalonde(t, "treat").Columns[0]
			fit, err := GLM{Link: link}.Fit(design.WithIntercept(len(y)), y, weights)
			if err != nil {
				t.Fatal(err)
			}
			for j, text := range c.Coefficients {
				want := math.NaN()
				if text != "NA" {
					want, _ = strconv.ParseFloat(text, 64)
				}
				relative(t, fit.Names[j], fit.Coefficients[j], want, 1e-10)
				if fit.Aliased[j] != math.IsNaN(want) {
					t.Errorf("%s aliased: %v", fit.Names[j], fit.Aliased[j])
				}
			}
			for i, want := range c.Fitted {
				relative(t, "fitted "+strconv.Itoa(i), fit.Fitted[i], want, 1e-10)
			}
			relative(t, "deviance", fit.Deviance, c.Deviance, 1e-12)
			relative(t, "null deviance", fit.NullDeviance, c.NullDeviance, 1e-12)
			if fit.Iterations != c.Iterations || !fit.Converged || fit.Separation != nil {
				t.Errorf("iterations %d, want %d; converged %v; separation %v", fit.Iterations, c.Iterations, fit.Converged, fit.Separation)
			}
		})
	}
}

func TestGLMExplainsSeparation(t *testing.T) {
	t.Parallel()
	age := lalonde(t, "age").Columns[0]
	treat := lalonde(t, "treat").Columns[0]
	always := slices.Clone(treat) // 1 for some treated, never for the others
	for i := range always {
		if i%3 > 0 {
			always[i] = 0
		}
	}
	half := slices.Clone(treat)
	for i := range half {
		half[i] = 2*half[i] - 1 + float64(i%5)/10
	}
	for _, link := range []Link{Logit, Probit, Cauchit} {
		for name, column := range map[string][]float64{"quasi": always, "complete": half} {
			t.Run(link.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				design := Design{Names: []string{"age", "coached"}, Columns: [][]float64{age, column}}.WithIntercept(len(age))
				fit, err := GLM{Link: link}.Fit(design, treat, nil)
				if err != nil {
					t.Fatal(err)
				}
				got := fit.Separation
				if got == nil || got.Complete != (name == "complete") || got.Covariates[0] != "coached" {
					t.Fatalf("separation: %+v", got)
				}
				if !strings.Contains(got.String(), "coached") {
					t.Errorf("explanation does not name the covariate: %s", got)
				}
				if want := int(sum(always)); name == "quasi" && got.Rows != want {
					t.Errorf("%d rows told apart, want %d", got.Rows, want)
				}
				ridge, err := GLM{Link: link, Ridge: 1}.Fit(design, treat, nil)
				if err != nil {
					t.Fatal(err)
				}
				if link != Cauchit && !ridge.Converged || math.Abs(ridge.Coefficients[2]) > 10 {
					t.Errorf("ridge: converged %v, coefficients %v", ridge.Converged, ridge.Coefficients)
				}
			})
		}
	}
}

// The gradient of the penalized likelihood is zero at its maximum.
func TestRidgeMaximizesThePenalizedLikelihood(t *testing.T) {
	t.Parallel()
	design := lalonde(t, "age", "educ", "raceblack", "re74").WithIntercept(614)
	y := lalonde(t, "treat").Columns[0]
	fit, err := GLM{Ridge: 3, Epsilon: 1e-14}.Fit(design, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	for j, column := range design.Columns {
		var gradient, scale float64
		for i, x := range column {
			gradient += x * (y[i] - fit.Fitted[i])
			scale += math.Abs(x)
		}
		gradient -= 3 * weightedVariance(column, nil) * fit.Coefficients[j]
		near(t, "gradient of "+fit.Names[j], gradient/scale, 0, 1e-10)
	}
}

func TestGLMRefuses(t *testing.T) {
	t.Parallel()
	one := Design{Names: []string{"x"}, Columns: [][]float64{{1, 2, 3}}}
	for name, c := range map[string]struct {
		model   GLM
		design  Design
		y, w    []float64
		message string
	}{
		"missing":   {GLM{}, Design{[]string{"x"}, [][]float64{{1, math.NaN(), 3}}}, []float64{0, 1, 0}, nil, "x is missing or infinite in row 2"},
		"lengths":   {GLM{}, one, []float64{0, 1}, nil, "x has 3 values"},
		"outcome":   {GLM{}, one, []float64{0, 1, 2}, nil, "outcome is outside 0 to 1 in row 3"},
		"weights":   {GLM{}, one, []float64{0, 1, 0}, []float64{1, -1, 1}, "weight of row 2 is negative"},
		"no weight": {GLM{}, one, []float64{0, 1, 0}, []float64{0, 0, 0}, "every weight is zero"},
		"ridge":     {GLM{Ridge: math.NaN()}, one, []float64{0, 1, 0}, nil, "ridge penalty is NaN"},
		"link":      {GLM{Link: 17}, one, []float64{0, 1, 0}, nil, "fit unknown model: link 17 does not exist"},
		"identity":  {GLM{Link: Identity}, one, []float64{0, 1, 1}, nil, "use the logit link"},
		"empty":     {GLM{}, Design{}, nil, nil, "0 columns and 0 rows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.model.Fit(c.design, c.y, c.w)
			if err == nil || !strings.Contains(err.Error(), c.message) {
				t.Errorf("error %v, want one with %q", err, c.message)
			}
		})
	}
}

// Not parallel: it sets the number of processors for a while.
func TestGLMIsTheSameOnAnyNumberOfProcessors(t *testing.T) { //nolint:paralleltest // see above
	design, y := simulate(30_000, 6)
	var fits [][]float64
	for _, procs := range []int{1, 2, 7} {
		before := runtime.GOMAXPROCS(procs)
		fit, err := GLM{}.Fit(design, y, nil)
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		if fit.Separation != nil {
			t.Fatal(fit.Separation)
		}
		fits = append(fits, append(append(fit.Coefficients, fit.Deviance), fit.Fitted...))
	}
	if !slices.Equal(fits[0], fits[1]) || !slices.Equal(fits[0], fits[2]) {
		t.Error("the fit depends on the number of processors")
	}
}

func BenchmarkGLM(b *testing.B) {
	design, y := simulate(1_000_000, 10)
	b.ResetTimer()
	for b.Loop() {
		if _, err := (GLM{}).Fit(design, y, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// simulate returns covariates, some of them 0 or 1, and a treatment that about
// a fifth of the rows get.
func simulate(n, covariates int) (design Design, y []float64) {
	random := rand.New(rand.NewPCG(1, 2))
	eta := constant(-1.8, n)
	for j := range covariates {
		column := make([]float64, n)
		for i := range column {
			column[i] = random.NormFloat64()
			if j%3 == 2 {
				column[i] = float64(random.IntN(2))
			}
			eta[i] += 0.3 * column[i]
		}
		design.Names = append(design.Names, "x"+strconv.Itoa(j))
		design.Columns = append(design.Columns, column)
	}
	y = make([]float64, n)
	for i := range y {
		if p, _ := Logit.mean(eta[i]); random.Float64() < p {
			y[i] = 1
		}
	}
	return design.WithIntercept(n), y
}

func sum(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += v
	}
	return s
}

// A model of the opposite outcome has opposite coefficients, rows may come in
// any order, and a covariate's unit changes its coefficient alone.
func TestGLMInvariances(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		n := rapid.IntRange(80, 200).Draw(rt, "n")
		a, b, y, w := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			a[i], b[i], w[i] = random.NormFloat64(), float64(random.IntN(3)), 0.5+random.Float64()
			y[i] = indicator(random.NormFloat64()+a[i]/2 > 0)
		}
		coefficients := func(a, b, y, w []float64) []float64 {
			fit, err := GLM{Link: Probit, Epsilon: 1e-14}.Fit(Design{[]string{"a", "b"}, [][]float64{a, b}}.WithIntercept(n), y, w)
			if err != nil {
				rt.Fatal(err)
			}
			return fit.Coefficients
		}
		want := coefficients(a, b, y, w)
		opposite := make([]float64, n)
		for i, v := range y {
			opposite[i] = 1 - v
		}
		order := random.Perm(n)
		for name, c := range map[string]struct{ got, factor []float64 }{
			"opposite": {coefficients(a, b, opposite, w), []float64{-1, -1, -1}},
			"shuffled": {coefficients(pick(a, order), pick(b, order), pick(y, order), pick(w, order)), []float64{1, 1, 1}},
			"scaled":   {coefficients(times(a, 1e6), times(b, 1e-3), y, w), []float64{1, 1e-6, 1e3}},
			"weights":  {coefficients(a, b, y, times(w, 10)), []float64{1, 1, 1}},
		} {
			for j, factor := range c.factor {
				if math.Abs(c.got[j]/factor-want[j]) > 1e-6 {
					rt.Fatalf("%s: %v, want %v times %v", name, c.got, want, c.factor)
				}
			}
		}
	})
}
