package study_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/metrics/study"
)

const formula = "treat ~ age + educ + race + married + nodegree + re74 + re75"

// lalonde returns the data of LaLonde (1986) as MatchIt ships it, with further
// columns.
func lalonde(t testing.TB, more ...match.Column) *match.Frame {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "match", "testdata", "matchit", "lalonde.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns := more
	for j, name := range rows[0] {
		texts, numbers := make([]string, len(rows)-1), make([]float64, len(rows)-1)
		numeric := true
		for i, row := range rows[1:] {
			texts[i] = row[j]
			if numbers[i], err = strconv.ParseFloat(row[j], 64); err != nil {
				numeric = false
			}
		}
		if numeric {
			columns = append(columns, match.Numeric(name, numbers))
		} else {
			columns = append(columns, match.Categorical(name, texts))
		}
	}
	f, err := match.NewFrame(columns...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// near fails unless got is want to a relative tolerance, absolute below 1.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s = %.15g, want %.15g (off by %.2g)", what, got, want, got-want)
	}
}

// Reference: effects.json of the MatchIt folders whose pairs do not hang on
// rounding. Tolerance 1e-8 relative.
func TestEffectsAgreeWithMatchIt(t *testing.T) {
	t.Parallel()
	f := lalonde(t)
	caliper := []match.Caliper{{Width: 0.2}}
	for name, plan := range map[string]study.Plan{
		"s01_nn_default":            {},
		"s02_nn_caliper02":          {Match: match.Spec{Calipers: caliper}},
		"s03_nn_replace":            {Match: match.Spec{Replace: true}},
		"s06_nn_exact_race":         {Match: match.Spec{Exact: "race"}},
		"s07_cem_default":           {Match: match.Spec{Method: match.Coarsened}},
		"s08_subclass6":             {Match: match.Spec{Method: match.Subclass}},
		"s09_nn_linlogit_cal02":     {Match: match.Spec{Link: "linear.logit", Calipers: caliper}},
		"s13_nn_order_data":         {Match: match.Spec{Order: match.DataRow}},
		"s16_nn_replace_ratio3_cal": {Match: match.Spec{Replace: true, Ratio: 3, Calipers: caliper}},
		"s23_exact": {
			Match:      match.Spec{Formula: "treat ~ race + married + nodegree", Method: match.Exact},
			Covariates: "~ age + educ + race + married + nodegree + re74 + re75",
		},
		"s26_cem_ate": {Match: match.Spec{Method: match.Coarsened, Estimand: match.ATE}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if plan.Match.Formula == "" {
				plan.Match.Formula = formula
			}
			plan.Outcomes = []string{"re78"}
			c, err := study.Compare(f, plan)
			if err != nil {
				t.Fatal(err)
			}
			compareEffects(t, c.Effects, filepath.Join("..", "stats", "testdata", "matchit", name, "effects.json"))
		})
	}
}

func compareEffects(t *testing.T, effects []study.Effect, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]json.RawMessage
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if len(effects) != 3 {
		t.Fatalf("%d effects, want those of 3 models", len(effects))
	}
	kinds := map[stats.Variance]string{stats.HC3: "HC3", stats.CR1S: "CL_HC1"}
	for _, e := range effects {
		var w struct {
			Estimate    float64            `json:"estimate"`
			SE          map[string]float64 `json:"se"`
			Recommended string             `json:"recommended_se"`
			P           float64            `json:"p_normal"`
			Interval    [2]float64         `json:"ci95_normal"`
			N           int                `json:"n"`
			K           int                `json:"k"`
			Clusters    int                `json:"n_clusters"`
		}
		if err := json.Unmarshal(want[string(e.Model)], &w); err != nil {
			t.Fatal(err)
		}
		value, low, high := e.Value()
		near(t, string(e.Model)+" estimate", value, w.Estimate, 1e-8)
		near(t, string(e.Model)+" error", e.Estimate.SE, w.SE[w.Recommended], 1e-8)
		near(t, string(e.Model)+" lower limit", low, w.Interval[0], 1e-8)
		near(t, string(e.Model)+" upper limit", high, w.Interval[1], 1e-8)
		near(t, string(e.Model)+" p", e.Estimate.P(), w.P, 1e-8)
		if kinds[e.Variance] != w.Recommended || e.Rows != w.N || e.Terms != w.K || e.Clusters != w.Clusters {
			t.Errorf("%s: %s, %d rows, %d terms, %d clusters; want %s, %d, %d, %d",
				e.Model, e.Variance, e.Rows, e.Terms, e.Clusters, w.Recommended, w.N, w.K, w.Clusters)
		}
	}
}
