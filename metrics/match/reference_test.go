package match

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

const formula = "treat ~ age + educ + race + married + nodegree + re74 + re75"

// table is a CSV file.
type table struct {
	head []string
	rows [][]string
}

func readTable(t testing.TB, path string) table {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	_ = f.Close()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return table{rows[0], rows[1:]}
}

// column returns the values of a column.
func (c table) column(t testing.TB, name string) []string {
	t.Helper()
	for j, h := range c.head {
		if h == name {
			out := make([]string, len(c.rows))
			for i, r := range c.rows {
				out[i] = r[j]
			}
			return out
		}
	}
	t.Fatalf("no column %s", name)
	return nil
}

// numbers returns the values of a numeric column; an empty cell is NaN.
func (c table) numbers(t testing.TB, name string) []float64 {
	t.Helper()
	return parseNumbers(t, c.column(t, name))
}

func parseNumbers(t testing.TB, cells []string) []float64 {
	t.Helper()
	out := make([]float64, len(cells))
	for i, s := range cells {
		if s == "" || s == "NA" {
			out[i] = math.NaN()
			continue
		}
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = x
	}
	return out
}

// lalonde returns the data of LaLonde (1986) as MatchIt ships it, and the ids.
func lalonde(t testing.TB) (*Frame, []string) {
	t.Helper()
	c := readTable(t, "testdata/matchit/lalonde.csv")
	cols := []Column{Categorical("race", c.column(t, "race"))}
	for _, name := range []string{"treat", "age", "educ", "married", "nodegree", "re74", "re75"} {
		cols = append(cols, Numeric(name, c.numbers(t, name)))
	}
	sw, block := make([]float64, len(c.rows)), make([]float64, len(c.rows))
	for i, age := range c.numbers(t, "age") {
		sw[i], block[i] = 1+math.Mod(age, 5)/4, math.Mod(age, 7)
	}
	cols = append(cols, Numeric("sw", sw), Numeric("block", block))
	f, err := NewFrame(cols...)
	if err != nil {
		t.Fatal(err)
	}
	return f, c.column(t, "id")
}

// references are the specifications of the folders in testdata/matchit and
// testdata/more. An empty formula is the usual one.
var references = map[string]Spec{
	"matchit/s01_nn_default":            {},
	"matchit/s02_nn_caliper02":          {Calipers: []Caliper{{Width: 0.2}}},
	"matchit/s03_nn_replace":            {Replace: true},
	"matchit/s06_nn_exact_race":         {Exact: "~race"},
	"matchit/s07_cem_default":           {Method: Coarsened},
	"matchit/s08_subclass6":             {Method: Subclass},
	"matchit/s09_nn_linlogit_cal02":     {Link: "linear.logit", Calipers: []Caliper{{Width: 0.2}}},
	"matchit/s13_nn_order_data":         {Order: DataRow},
	"matchit/s16_nn_replace_ratio3_cal": {Replace: true, Ratio: 3, Calipers: []Caliper{{Width: 0.2}}},
	"matchit/s23_exact":                 {Formula: "treat ~ race + married + nodegree", Method: Exact},
	"matchit/s26_cem_ate":               {Method: Coarsened, Estimand: ATE},

	"more/m01_atc":                 {Estimand: ATC},
	"more/m02_ratio2":              {Ratio: 2},
	"more/m03_ratio3_exact_cal":    {Ratio: 3, Exact: "race", Calipers: []Caliper{{Width: 0.2}}},
	"more/m04_variable":            {Ratio: 2, MinControls: 1, MaxControls: 4},
	"more/m05_closest":             {Order: Closest},
	"more/m06_farthest":            {Order: Farthest},
	"more/m07_closest_ratio2_cal":  {Order: Closest, Ratio: 2, Calipers: []Caliper{{Width: 0.1}}},
	"more/m08_reuse3":              {ReuseMax: 3},
	"more/m09_reuse2_ratio2_exact": {ReuseMax: 2, Ratio: 2, Exact: "~married"},
	"more/m10_replace_ratio5":      {Replace: true, Ratio: 5},
	"more/m11_antiexact":           {AntiExact: "~married"},
	"more/m12_negative_caliper":    {Calipers: []Caliper{{Width: -0.1}}},
	"more/m13_discard_both":        {Discard: DiscardBoth},
	"more/m14_discard_treated_re":  {Discard: DiscardTreated, Reestimate: true},
	"more/m15_discard_control_cal": {Discard: DiscardControl, Calipers: []Caliper{{Width: 0.25}}},
	"more/m16_probit":              {Link: "probit", Calipers: []Caliper{{Width: 0.2}}},
	"more/m17_linear_probit":       {Link: "linear.probit", Ratio: 2},
	"more/m18_sweights":            {Weights: "sw", Calipers: []Caliper{{Width: 0.2}}},
	"more/m19_smallest":            {Order: Smallest},
	"more/m20_atc_replace":         {Estimand: ATC, Replace: true, Calipers: []Caliper{{Width: 0.1}}},
	"more/m21_covariate_calipers": {Calipers: []Caliper{
		{Width: 0.3}, {Variable: "age", Width: 0.5}, {Variable: "educ", Width: 1, Raw: true}}},
	"more/m22_terms": {Formula: "treat ~ age * educ + I(age^2) + log(re74 + 1) + race:married + I(re75 == 0)",
		Calipers: []Caliper{{Width: 0.2}}},
	"more/m23_exact_ate":          {Formula: "treat ~ race + married + nodegree", Method: Exact, Estimand: ATE},
	"more/m24_exact_atc":          {Formula: "treat ~ race + married + educ", Method: Exact, Estimand: ATC},
	"more/m25_subclass_ate":       {Method: Subclass, Subclasses: 8, Estimand: ATE},
	"more/m26_subclass_atc_min2":  {Method: Subclass, Subclasses: 7, Estimand: ATC, MinN: 2},
	"more/m27_subclass_many":      {Method: Subclass, Subclasses: 14},
	"more/m28_subclass_quantiles": {Method: Subclass, Quantiles: []float64{0.3, 0.6, 0.9}},
	"more/m29_subclass_min0":      {Method: Subclass, Subclasses: 12, MinN: -1},
	"more/m30_cem_fd":             {Method: Coarsened, Cutpoints: Cutpoints{"": {Rule: "fd"}}},
	"more/m31_cem_scott":          {Method: Coarsened, Cutpoints: Cutpoints{"": {Rule: "scott"}}},
	"more/m32_cem_given": {
		Method: Coarsened,
		Cutpoints: Cutpoints{
			"age": {Count: 4}, "educ": {Cuts: []float64{8.5, 11.5}}, "re74": {Rule: "q3"},
			"re75": {Count: -1}, "nodegree": {Count: 1},
		},
		Grouping: map[string][][]string{"race": {{"white", "hispan"}, {"black"}}},
	},
	"more/m35_replace_exact":      {Replace: true, Exact: "race, married", Ratio: 2},
	"more/m36_atc_ratio2_closest": {Formula: "treat ~ age + educ", Estimand: ATC, ReuseMax: 4, Order: Closest},
	"more/m37_column":             {Distance: ColumnDistance("re74"), Ratio: 2, Replace: true},
	"more/m38_mahalanobis_one":    {Formula: "treat ~ age", Distance: Mahalanobis, Ratio: 2},
	"more/m39_reuse_ratio_covcal": {ReuseMax: 2, Ratio: 3, Calipers: []Caliper{{Variable: "age", Width: 3, Raw: true}}},
	"more/m40_cem_sturges_sw":     {Formula: "treat ~ age + race", Method: Coarsened, Weights: "sw"},
}

// manyDimensions are the references in which rounding decides between equal
// distances: see TestMahalanobisReferences.
var manyDimensions = map[string]Spec{
	"matchit/s05_nn_mahalanobis":   {Distance: Mahalanobis},
	"matchit/s19_nn_mahvars_pscal": {Mahvars: "~age + educ + re74 + re75", Calipers: []Caliper{{Width: 0.25}}},
	"more/m33_cem_k2k":             {Formula: "treat ~ age + educ + race", Method: Coarsened, K2K: true},
	"more/m34_cem_k2k_atc_scaled":  {Formula: "treat ~ age + educ + race", Method: Coarsened, K2K: true, K2KDistance: ScaledEuclidean},
	"more/a01_robust":              {Distance: RobustMahalanobis},
	"more/a02_scaled":              {Distance: ScaledEuclidean, Ratio: 2},
	"more/a03_euclidean":           {Formula: "treat ~ age + educ", Distance: Euclidean},
	"more/a04_maha_ratio2_exact":   {Distance: Mahalanobis, Ratio: 2, Exact: "~race"},
	"more/a05_maha_closest":        {Distance: Mahalanobis, Order: Closest},
	"more/a06_mahvars_exact_order": {Mahvars: "~age + educ", Exact: "race", Calipers: []Caliper{{Width: 0.3}}, Order: Smallest},
	"more/a07_maha_caliper":        {Distance: Mahalanobis, Calipers: []Caliper{{Variable: "age", Width: 0.3}}},
	"more/a08_maha_replace":        {Distance: Mahalanobis, Replace: true, Ratio: 3},
	"more/a09_maha_sw_atc": {Formula: "treat ~ age + educ + re74", Distance: Mahalanobis, Weights: "sw",
		Estimand: ATC, Replace: true},
	"more/a10_maha_farthest": {Formula: "treat ~ age + educ + re75", Distance: Mahalanobis, Order: Farthest, Ratio: 2},
	"more/a11_maha_discard":  {Mahvars: "~age + educ + re74", Discard: DiscardBoth, Calipers: []Caliper{{Width: 0.4}}},
}

func TestReferences(t *testing.T) {
	t.Parallel()
	f, ids := lalonde(t)
	for name, spec := range references {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Run(f, withFormula(spec))
			if err != nil {
				t.Fatal(err)
			}
			compareUnits(t, r, readTable(t, filepath.Join("testdata", name, "units.csv")))
			path := filepath.Join("testdata", name, "pairs.csv")
			if _, err := os.Stat(path); err == nil {
				comparePairs(t, r, ids, readTable(t, path))
			}
		})
	}
}

func compareUnits(t *testing.T, r *Result, want table) {
	t.Helper()
	weights, distance, subclass := want.numbers(t, "weight"), want.numbers(t, "distance"), want.column(t, "subclass")
	bad := 0
	for i := range weights {
		if math.Abs(weights[i]-r.Weights[i]) > 1e-10 {
			bad++
		}
		if r.Distance != nil && math.Abs(distance[i]-r.Distance[i]) > 1e-10 {
			bad++
		}
		if r.Subclass != nil {
			s := strconv.Itoa(int(r.Subclass[i]))
			if s == "0" {
				s = ""
			}
			if s != subclass[i] {
				bad++
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d values of units differ", bad)
	}
}

func comparePairs(t *testing.T, r *Result, ids []string, want table) {
	t.Helper()
	wanted := make(map[string]string)
	for _, w := range want.rows {
		wanted[w[0]+" "+w[1]] = w[2]
	}
	bad, total := 0, 0
	for i, u := range r.Pairs.Focal {
		for k, m := range r.Pairs.Of(i) {
			total++
			if w := wanted[ids[u]+" "+strconv.Itoa(k+1)]; w != ids[m] {
				bad++
				t.Logf("%s %d: %s, want %s", ids[u], k+1, ids[m], w)
			}
		}
	}
	if bad > 0 || total != len(want.rows) {
		t.Errorf("%d of %d pairs differ from the %d wanted", bad, total, len(want.rows))
	}
}

// TestMahalanobisReferences compares matches in which rounding decides: there
// must be as many pairs, of no more distance, as MatchIt's.
func TestMahalanobisReferences(t *testing.T) {
	t.Parallel()
	f, ids := lalonde(t)
	row := make(map[string]int32)
	for i, id := range ids {
		row[id] = int32(i)
	}
	for name, spec := range manyDimensions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := prepare(f, withFormula(spec))
			if err != nil {
				t.Fatal(err)
			}
			s, err := p.space()
			if spec.K2K {
				kind := orElse(spec.K2KDistance, Mahalanobis)
				s, err = p.spaceOf(p.formula, kind)
			}
			if err != nil {
				t.Fatal(err)
			}
			r, err := Run(f, p.spec)
			if err != nil {
				t.Fatal(err)
			}
			var got, want float64
			same := make(map[[2]int32]bool)
			for i, u := range r.Pairs.Focal {
				for _, m := range r.Pairs.Of(i) {
					got += math.Sqrt(s.distance(u, m))
					same[[2]int32{u, m}] = true
				}
			}
			rows := readTable(t, filepath.Join("testdata", name, "pairs.csv")).rows
			agree := 0
			for _, w := range rows {
				a, b := row[w[0]], row[w[2]]
				want += math.Sqrt(s.distance(a, b))
				agree += place(same[[2]int32{a, b}])
			}
			t.Logf("%d of %d pairs are the same; total distance %v, MatchIt's %v", agree, len(rows), got, want)
			if len(r.Pairs.Match) < len(rows) || got > want*(1+1e-9) {
				t.Errorf("%d pairs of total distance %v; want %d of at most %v", len(r.Pairs.Match), got, len(rows), want)
			}
		})
	}
}
