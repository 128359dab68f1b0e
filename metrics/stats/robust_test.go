package stats

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// robustCase is a model of testdata/robust.json.
type robustCase struct {
	Name         string
	Names        []string
	Coefficients []float64
	Sigma        float64
	RSquared     float64 `json:"r_squared"`
	Variances    []struct {
		Kind, By string
		SE, DF   []float64
	}
}

// robustData gives a case's regression and clusterings, as robust.R makes them.
func robustData(t *testing.T, name string) (design Design, y, weights []float64, clusters map[string][]int) {
	t.Helper()
	if name == "star" || name == "star weighted" {
		k := kindergarten(t)
		design, y = k.design, k.total
		clusters = map[string][]int{"schoolidk": k.school, "systemk": k.system}
		if name == "star weighted" {
			weights = make([]float64, len(y))
			for i, student := range k.student {
				weights[i] = 1 + float64(student%5)
			}
			design = design.With(Design{[]string{"experience"}, [][]float64{k.experience}})
		}
		return design, y, weights, clusters
	}
	names := []string{"treat", "age", "educ", "re74"}
	if name == "aliased" {
		names = []string{"treat", "age", "educ", "dup", "re74"}
	}
	y = lalonde(t, "re78").Columns[0]
	clusters = map[string][]int{}
	for i := 1; i <= len(y); i++ {
		clusters["village"] = append(clusters["village"], i%40)
		clusters["band"] = append(clusters["band"], i*7%13)
	}
	if name == "weighted" {
		weights = cycle(len(y))
	}
	return lalonde(t, names...).WithIntercept(len(y)), y, weights, clusters
}

// Reference: lm, sandwich and clubSandwich by R 4.2.2. Tolerance 1e-8 relative.
func TestRobustVariancesAgreeWithR(t *testing.T) {
	t.Parallel()
	var cases []robustCase
	readJSON(t, "robust.json", &cases)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			design, y, weights, clusters := robustData(t, c.Name)
			fit, err := LeastSquares(design, y, weights)
			if err != nil {
				t.Fatal(err)
			}
			relative(t, "sigma", fit.Sigma, c.Sigma, 1e-10)
			relative(t, "R squared", fit.RSquared, c.RSquared, 1e-10)
			if slices.Contains(fit.Aliased, true) != (c.Name == "aliased") {
				t.Errorf("aliased: %v", fit.Aliased)
			}
			for _, v := range c.Variances {
				kind, err := ParseVariance(v.Kind)
				if err != nil {
					t.Fatal(err)
				}
				var by [][]int
				switch v.By {
				case "":
				case "both":
					for _, codes := range clusters {
						by = append(by, codes)
					}
				default:
					by = [][]int{clusters[v.By]}
				}
				covariance, err := fit.Covariance(kind, by...)
				if err != nil {
					t.Fatal(err)
				}
				for j, name := range c.Names {
					estimate, err := covariance.Coefficient(name)
					if err != nil {
						t.Fatal(err)
					}
					relative(t, name, estimate.Value, c.Coefficients[j], 1e-8)
					relative(t, v.Kind+" "+v.By+" "+name, estimate.SE, v.SE[j], 1e-8)
					if len(v.DF) > 0 {
						relative(t, "df "+v.By+" "+name, estimate.DF, v.DF[j], 1e-8)
					}
				}
			}
		})
	}
}

// The published regressions (Stock and Watson, Introduction to Econometrics,
// 2nd ed., table 13.1), and the school-clustered answers for kindergarten. One
// published error, 1.79, stands for 1.7846 (so does R): it was rounded twice.
func TestSTAR(t *testing.T) {
	t.Parallel()
	published := map[string]struct{ value, se [3]float64 }{
		"k": {[3]float64{918.04, 13.90, 0.31}, [3]float64{1.63, 2.45, 2.27}},
		"1": {[3]float64{1039.39, 29.78, 11.96}, [3]float64{1.79, 2.83, 2.65}},
		"2": {[3]float64{1157.81, 19.39, 3.48}, [3]float64{1.82, 2.71, 2.54}},
		"3": {[3]float64{1228.51, 15.59, -0.29}, [3]float64{1.68, 2.40, 2.27}},
	}
	rows := map[string]int{"k": 5786, "1": 6379, "2": 6049, "3": 5967}
	for grade, want := range published {
		t.Run(grade, func(t *testing.T) {
			t.Parallel()
			g := star(t, grade)
			if len(g.total) != rows[grade] {
				t.Fatalf("%d pupils, want %d", len(g.total), rows[grade])
			}
			fit, err := LeastSquares(g.design, g.total, nil)
			if err != nil {
				t.Fatal(err)
			}
			covariance, err := fit.Covariance(HC1)
			if err != nil {
				t.Fatal(err)
			}
			for j, name := range g.design.Names {
				estimate, err := covariance.Coefficient(name)
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(estimate.Value-want.value[j]) > 0.005001 || math.Abs(estimate.SE-want.se[j]) > 0.0055 {
					t.Errorf("%s: %.3f (%.3f), published %.2f (%.2f)", name, estimate.Value, estimate.SE, want.value[j], want.se[j])
				}
			}
		})
	}
	k := kindergarten(t)
	fit, err := LeastSquares(k.design, k.total, nil)
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[Variance]struct{ se, df float64 }{CR1S: {4.231, 78}, CR2: {4.242, 69.1}} {
		covariance, err := fit.Covariance(kind, k.school)
		if err != nil {
			t.Fatal(err)
		}
		small, err := covariance.Coefficient("small")
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(small.SE-want.se) > 0.0005 || math.Abs(small.DF-want.df) > 0.05 {
			t.Errorf("%s: %.3f with %.1f df, want %.3f with %.1f", kind, small.SE, small.DF, want.se, want.df)
		}
	}
}

// grade is one grade of Project STAR.
type grade struct {
	design                  Design
	total, experience       []float64
	school, system, student []int
}

func kindergarten(t *testing.T) grade {
	t.Helper()
	return star(t, "k")
}

func star(t *testing.T, name string) grade {
	t.Helper()
	data := readTable(t, "STAR.csv.gz")
	reading, mathematics := data.numbers(t, "read"+name), data.numbers(t, "math"+name)
	experience := data.numbers(t, "experience"+name)
	var g grade
	var small, aide []float64
	for i, kind := range data["star"+name] {
		total := reading[i] + mathematics[i]
		if kind == "" || math.IsNaN(total) {
			continue
		}
		g.total = append(g.total, total)
		small = append(small, indicator(kind == "small"))
		aide = append(aide, indicator(kind == "regular+aide"))
		if math.IsNaN(experience[i]) {
			experience[i] = 0
		}
		g.experience = append(g.experience, experience[i])
		g.school = append(g.school, code(t, data["schoolid"+name][i]))
		g.system = append(g.system, code(t, data["system"+name][i]))
		g.student = append(g.student, code(t, data["student"][i]))
	}
	g.design = Design{[]string{"small", "aide"}, [][]float64{small, aide}}.WithIntercept(len(small))
	return g
}

func indicator(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func code(t *testing.T, text string) int {
	t.Helper()
	v, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// ses returns the standard errors of all coefficients.
func ses(t *testing.T, fit *LinearFit, kind Variance, clusters ...[]int) []float64 {
	t.Helper()
	covariance, err := fit.Covariance(kind, clusters...)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float64, len(fit.Names))
	for j := range values {
		values[j] = math.Sqrt(covariance.At(j, j))
	}
	return values
}

// Clusters of one row make the cluster estimators the heteroskedastic ones;
// rows may come in any order; units of outcome and covariates do not matter;
// a weight of zero is as good as absence.
func TestVarianceInvariances(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		n := rapid.IntRange(12, 60).Draw(rt, "n")
		x1, x2, y, w := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		own, cluster := random.Perm(n), make([]int, n)
		for i := range n {
			x1[i], x2[i], y[i], w[i] = random.NormFloat64(), float64(random.IntN(3)), random.NormFloat64(), 0.2+random.Float64()
			cluster[i] = i % 6
		}
		fitOf := func(x1, x2, y, w []float64) *LinearFit {
			fit, err := LeastSquares(Design{[]string{"a", "b"}, [][]float64{x1, x2}}.WithIntercept(len(y)), y, w)
			if err != nil {
				rt.Fatal(err)
			}
			return fit
		}
		same := func(what string, got, want []float64, scale ...float64) {
			for j := range got {
				if math.Abs(got[j]-want[j]*scale[j]) > 1e-9*math.Abs(want[j]*scale[j]) {
					rt.Errorf("%s: %v, want %v times %v", what, got, want, scale)
					return
				}
			}
		}
		fit := fitOf(x1, x2, y, w)
		unweighted := fitOf(x1, x2, y, nil)
		same("CR2 of single rows", ses(t, unweighted, CR2, own), ses(t, unweighted, HC2), 1, 1, 1)
		same("CR0 of single rows", ses(t, fit, CR0, own), ses(t, fit, HC0), 1, 1, 1)
		same("two equal clusterings", ses(t, fit, CR1S, cluster, cluster), ses(t, fit, CR1S, cluster), 1, 1, 1)

		order := random.Perm(n)
		moved := func(v []float64) []float64 { return pick(v, order) }
		shuffled := fitOf(moved(x1), moved(x2), moved(y), moved(w))
		scaled := fitOf(times(x1, 1000), times(x2, 0.01), times(y, 7), w)
		longer := fitOf(append(slices.Clone(x1), 5), append(slices.Clone(x2), 9), append(slices.Clone(y), 99), append(slices.Clone(w), 0))
		for _, kind := range []Variance{HC1, HC3, CR1S, CR2} {
			var by, byMoved, byLonger [][]int
			if kind.Clustered() {
				by, byMoved, byLonger = [][]int{cluster}, [][]int{pick(cluster, order)}, [][]int{append(slices.Clone(cluster), 77)}
			}
			want := ses(t, fit, kind, by...)
			same(kind.String()+" shuffled", ses(t, shuffled, kind, byMoved...), want, 1, 1, 1)
			same(kind.String()+" scaled", ses(t, scaled, kind, by...), want, 7, 7./1000, 7/0.01)
			same(kind.String()+" zero weight", ses(t, longer, kind, byLonger...), want, 1, 1, 1)
		}
	})
}

func pick[T any](values []T, order []int) []T {
	picked := make([]T, len(order))
	for i, from := range order {
		picked[i] = values[from]
	}
	return picked
}

func times(values []float64, factor float64) []float64 {
	scaled := make([]float64, len(values))
	for i, v := range values {
		scaled[i] = v * factor
	}
	return scaled
}

// Not parallel: it sets the number of processors for a while.
func TestVarianceIsTheSameOnAnyNumberOfProcessors(t *testing.T) { //nolint:paralleltest // see above
	k := kindergarten(t)
	var runs [][]float64
	for _, procs := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(procs)
		fit, err := LeastSquares(k.design, k.total, nil)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, slices.Concat(fit.Coefficients, ses(t, fit, HC3), ses(t, fit, CR1S, k.school, k.system), ses(t, fit, CR2, k.school)))
		runtime.GOMAXPROCS(before)
	}
	if !slices.Equal(runs[0], runs[1]) || !slices.Equal(runs[0], runs[2]) {
		t.Error("variances depend on the number of processors")
	}
}

func TestCovarianceRefuses(t *testing.T) {
	t.Parallel()
	design := lalonde(t, "age", "educ", "dup").WithIntercept(614)
	fit, err := LeastSquares(design, lalonde(t, "re78").Columns[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	codes := make([]int, 614)
	for name, attempt := range map[string]func() error{
		"no clusters":  func() error { _, err := fit.Covariance(CR1S); return err },
		"clusters":     func() error { _, err := fit.Covariance(HC3, codes); return err },
		"two for CR2":  func() error { _, err := fit.Covariance(CR2, codes, codes); return err },
		"one cluster":  func() error { _, err := fit.Covariance(CR1, codes); return err },
		"short codes":  func() error { _, err := fit.Covariance(CR1, codes[1:]); return err },
		"no estimator": func() error { _, err := fit.Covariance(99); return err },
		"aliased": func() error {
			c, err := fit.Covariance(HC0)
			if err == nil {
				_, err = c.Coefficient("dup")
			}
			return err
		},
	} {
		if attempt() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
