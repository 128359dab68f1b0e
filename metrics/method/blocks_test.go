package method_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/metrics/method"
	"github.com/weir-warehouse/weir/metrics/stats"
)

// jackknifed is the interval of a coefficient of units by leaving out each school.
func jackknifed(t *testing.T, units []unit, scale, back func(float64) float64, of func([]unit) float64) (low, high float64) {
	t.Helper()
	var left []float64
	for school := range 9 {
		left = append(left, scale(of(without(units, school))))
	}
	mean, err := stats.Mean(left, nil, stats.Classical)
	if err != nil {
		t.Fatal(err)
	}
	// the classical error of the mean of G values has G (G − 1) below the sum of
	// squares, the jackknife's G / (G − 1)
	_, reach := stats.Estimate{SE: mean.SE * 8, DF: 8}.Interval(method.Level)
	return back(scale(of(units)) - reach), back(scale(of(units)) + reach)
}

// TestAgreement compares with package stats, which works from the scores.
func TestAgreement(t *testing.T) {
	t.Parallel()
	units := sample(300)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range units {
		units[i].numerator = math.Round(100*min(4, max(1, 2.5+0.6*random.NormFloat64()))) / 100
		units[i].denominator = math.Round(100*min(4, max(1, units[i].numerator+0.1+0.4*random.NormFloat64()))) / 100
	}
	conn := connect(t, 2, units)
	coefficients := map[string]func([]unit) float64{
		"pearson": func(units []unit) float64 {
			a, err := stats.Pearson(column(units, numerator), column(units, denominator), method.Level)
			if err != nil {
				t.Fatal(err)
			}
			return a.Value
		},
		"icc": func(units []unit) float64 {
			ratings := make([][]float64, len(units))
			for i, u := range units {
				ratings[i] = []float64{u.numerator, u.denominator}
			}
			a, err := stats.ICC21(ratings, method.Level)
			if err != nil {
				t.Fatal(err)
			}
			return a.Value
		},
		"kappa": func(units []unit) float64 {
			whole := func(of func(unit) float64) []int {
				return codes(units, func(u unit) int { return int(math.Round(of(u))) })
			}
			a, err := stats.QuadraticKappa(whole(numerator), whole(denominator), 1, 4, method.Level)
			if err != nil {
				t.Fatal(err)
			}
			return a.Value
		},
	}
	for of, coefficient := range coefficients {
		low, high := jackknifed(t, units, math.Atanh, math.Tanh, coefficient)
		got := estimate(t, conn, "agreement", "SELECT *, denominator AS y, numerator AS x FROM (SELECT * EXCLUDE (x) FROM units)", method.Options{"of": literal(of)})[""]
		got.is(t, of, coefficient(units), low, high)
	}
}

// TestSurvival compares with package stats' curve.
func TestSurvival(t *testing.T) {
	t.Parallel()
	units := sample(400)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range units {
		units[i].x, units[i].treated = random.IntN(40), random.IntN(4) > 0
	}
	conn := connect(t, 2, units)
	got := estimate(t, conn, "survival", "SELECT *, x AS days, treated AS event FROM units", method.Options{"at": "0 7 30"})
	for day, category := range map[float64]string{0: "0", 7: "7", 30: "30"} {
		at := func(units []unit) float64 {
			event := make([]bool, len(units))
			for i, u := range units {
				event[i] = u.treated
			}
			curve, err := stats.KaplanMeier(column(units, func(u unit) float64 { return float64(u.x) }), event)
			if err != nil {
				t.Fatal(err)
			}
			return curve.At(day).Survival
		}
		high, low := jackknifed(t, units, func(p float64) float64 { return math.Log(-math.Log(p)) }, func(z float64) float64 { return math.Exp(-math.Exp(z)) }, at)
		got[category].is(t, "day "+category, 1-at(units), 1-high, 1-low)
	}
}

// TestReliability compares with package stats on a case with visits of one
// teacher and period side by side.
func TestReliability(t *testing.T) {
	t.Parallel()
	units := sample(300)
	conn := connect(t, 2, units)
	icc, err := stats.ICC1(column(units, numerator), codes(units, func(u unit) int { return u.teacher*5 + u.x%2 }), method.Level)
	if err != nil {
		t.Fatal(err)
	}
	got := estimate(t, conn, "reliability", "SELECT *, x % 2 AS period FROM units", nil)
	got["1"].is(t, "one visit", max(icc.Value, 0), max(icc.Low, 0), icc.High)
	got["3"].is(t, "three visits", 3*max(icc.Value, 0)/(1+2*max(icc.Value, 0)), 3*max(icc.Low, 0)/(1+2*max(icc.Low, 0)), 3*icc.High/(1+2*icc.High))
}

// TestCost compares with a bootstrap of the rows themselves, and with effects
// worked out from them.
func TestCost(t *testing.T) {
	t.Parallel()
	units := sample(300)
	conn := connect(t, 2, units)
	statistic := func(rows []int) (float64, error) {
		var a, b float64
		for _, i := range rows {
			a, b = a+units[i].numerator, b+units[i].denominator
		}
		return a / b, nil
	}
	drawn, err := stats.Bootstrap{Blocks: codes(units, bySchool), Seed: 3}.Run(statistic)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]int, len(units))
	for i := range rows {
		rows[i] = i
	}
	value, err := statistic(rows)
	if err != nil {
		t.Fatal(err)
	}
	// 2Φ(√(9/8) · 2.306) − 1
	low, high := drawn.Interval(math.Erf(math.Sqrt(9.0/8) * 2.30600413520417 / math.Sqrt2))
	estimate(t, conn, "cost_ratio", "FROM units", nil)[""].is(t, "cost ratio", value, low, high)

	treated := "SELECT *, numerator + CASE WHEN treated THEN 1 ELSE 0 END AS value, denominator AS baseline, 100 AS cost FROM (SELECT * EXCLUDE (value) FROM units)"
	var gain, cost [2]float64
	var n [2]float64
	var base, square float64
	for _, u := range units {
		k := 0
		if u.treated {
			k = 1
		}
		gain[k], n[k], cost[k] = gain[k]+u.numerator+float64(k), n[k]+1, cost[k]+100
		base, square = base+u.denominator, square+u.denominator*u.denominator
	}
	all := n[0] + n[1]
	effect := (gain[1]/n[1] - gain[0]/n[0]) / math.Sqrt(square/all-base/all*base/all)
	got := estimate(t, conn, "cost_per_gain", treated, nil)[""]
	if want := 100 / (10 * effect); math.Abs(got.value-want) > 1e-6 || !(got.low < got.value && got.value < got.high) {
		t.Errorf("cost of a gain: %+v, want %v", got, want)
	}
	if none := estimate(t, conn, "cost_per_gain", strings.Replace(treated, "THEN 1 ", "THEN -1 ", 1), nil); len(none) > 0 {
		t.Errorf("cost of no gain: %v", none)
	}
	slight := estimate(t, conn, "cost_per_gain", strings.Replace(treated, "THEN 1 ", fmt.Sprintf("THEN %v ", 0.02-gain[1]/n[1]+1+gain[0]/n[0]), 1), nil)[""]
	if slight.value <= 0 || slight.low <= 0 || !math.IsNaN(slight.high) {
		t.Errorf("cost of a slight gain has no upper limit: %+v", slight)
	}

	roles := "SELECT * EXCLUDE (cost), CASE WHEN x = 0 THEN 'program' WHEN treated THEN 'other' ELSE 'comparison' END AS role, CASE WHEN x = 0 THEN 250 ELSE 100 END AS cost FROM (" + treated + ")"
	var g, m [2]float64
	base, square, all = 0, 0, 0
	for _, u := range units {
		if u.x == 0 {
			continue
		}
		k := 0
		if u.treated {
			k = 1
		}
		g[k], m[k] = g[k]+u.numerator+float64(k), m[k]+1
		base, square, all = base+u.denominator, square+u.denominator*u.denominator, all+1
	}
	want := 2.5 * (g[1]/m[1] - g[0]/m[0]) / math.Sqrt(square/all-base/all*base/all)
	if even := estimate(t, conn, "break_even", roles, nil)[""]; math.Abs(even.value-want) > 1e-6 {
		t.Errorf("break-even effect %v, want %v", even.value, want)
	}
}

// TestEventStudy compares effects with package stats', and the error of one with
// that of two samples with pooled variance.
func TestEventStudy(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 9))
	first := []int{3, 3, 3, 5, 5, stats.Never, stats.Never, stats.Never, stats.Never, stats.Never}
	var p stats.Panel
	var rows []string
	for s, f := range first {
		level := 5 + random.NormFloat64()
		event := "NULL"
		if f != stats.Never {
			event = fmt.Sprintf("DATE '2025-%02d-01'", f+1)
		}
		for month := range 8 {
			outcome := level + 0.1*float64(month) + 0.2*random.NormFloat64()
			if month >= f {
				outcome -= 0.7
			}
			minutes := math.Round(1e6*math.Exp(outcome)) / 1e6
			p.Unit, p.Period, p.First, p.Outcome = append(p.Unit, s), append(p.Period, month), append(p.First, f), append(p.Outcome, math.Log(minutes))
			rows = append(rows, fmt.Sprintf("('t%d', 'd', 's%d', DATE '2025-%02d-01', %v, %s, 'evaluators')", s, s, month+1, minutes, event))
		}
	}
	conn := connect(t, 2, sample(3))
	exec(t, conn, "CREATE TABLE study AS FROM (VALUES "+strings.Join(rows, ", ")+") AS v(teacher_key, district_id, school_id, month, value, event, breakdown)")
	effects, err := stats.GroupTime{Panel: p, NotYetTreated: true}.Effects()
	if err != nil {
		t.Fatal(err)
	}
	got := estimate(t, conn, "event_study", "FROM study", nil)
	dynamic, overall := effects.Dynamic()
	for _, e := range dynamic {
		if e.Event < -4 || e.Event > 6 {
			continue
		}
		if f := got[strconv.Itoa(e.Event)]; math.Abs(f.value-math.Expm1(e.Value)) > 1e-7 || !(f.low < f.value && f.value < f.high) {
			t.Errorf("event %+d: %+v, want %v", e.Event, f, math.Expm1(e.Value))
		}
	}
	after := estimate(t, conn, "event_study", "FROM study", method.Options{"show": "overall"})["evaluators"]
	if math.Abs(after.value-math.Expm1(overall.Value)) > 1e-7 || after.schools != 5 {
		t.Errorf("overall: %+v, want %v", after, math.Expm1(overall.Value))
	}
	if alert := estimate(t, conn, "event_study", "FROM study", method.Options{"show": "alert"})["evaluators"]; alert.value != 1 {
		t.Errorf("no alert: %+v", alert)
	}
	if p := estimate(t, conn, "event_study", "FROM study", method.Options{"show": "pretrend"})["evaluators"]; p.value < 0.05 || p.value > 1 {
		t.Errorf("test of the months before: %+v", p)
	}
	// one group: change from month 2 to month 3 of three schools and five others
	one := estimate(t, conn, "event_study", "FROM study WHERE school_id NOT IN ('s3', 's4')", nil)["0"]
	change, treated := make([]float64, 0, 8), make([]float64, 0, 8)
	for s, f := range first {
		if f == 5 {
			continue
		}
		change = append(change, p.Outcome[8*s+3]-p.Outcome[8*s+2])
		if f == 3 {
			treated = append(treated, 1)
		} else {
			treated = append(treated, 0)
		}
	}
	fit, err := stats.LeastSquares(stats.Design{Names: []string{"treated"}, Columns: [][]float64{treated}}.WithIntercept(8), change, nil)
	if err != nil {
		t.Fatal(err)
	}
	covariance, err := fit.Covariance(stats.Classical)
	if err != nil {
		t.Fatal(err)
	}
	want, err := covariance.Coefficient("treated")
	if err != nil {
		t.Fatal(err)
	}
	low, high := want.Interval(method.Level)
	one.is(t, "one group", math.Expm1(want.Value), math.Expm1(low), math.Expm1(high))
}

// TestEventStudyWithGaps: a school that opened late, and a month without activity
// in many schools, are left out, and change nothing for the rest.
func TestEventStudyWithGaps(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	var rows []string
	for s := range 6 {
		event := "NULL"
		if s < 3 {
			event = "DATE '2025-04-20'"
		}
		for month := range 8 {
			rows = append(rows, fmt.Sprintf("('t%d', 'd', 's%d', DATE '2025-%02d-01', %v, %s, 'evaluators')", s, s, month+1, math.Round(100*math.Exp(random.NormFloat64())), event))
		}
	}
	gaps := slices.Clone(rows)
	gaps = append(gaps, "('t8', 'd', 's8', DATE '2025-06-01', 50, NULL, 'evaluators')", "('t8', 'd', 's8', DATE '2025-07-01', 60, NULL, 'evaluators')",
		"('t0', 'd', 's0', DATE '2025-12-01', 70, DATE '2025-04-20', 'evaluators')", "('t5', 'd', 's5', DATE '2025-12-01', 80, NULL, 'evaluators')")
	conn := connect(t, 2, sample(3))
	study := func(rows []string) map[string]figure {
		exec(t, conn, "CREATE OR REPLACE TABLE study AS FROM (VALUES "+strings.Join(rows, ", ")+") AS v(teacher_key, district_id, school_id, month, value, event, breakdown)")
		return estimate(t, conn, "event_study", "FROM study", nil)
	}
	want, got := study(rows), study(gaps)
	if len(want) != 7 || !maps.Equal(want, got) {
		t.Errorf("with gaps %v, want %v", got, want)
	}
}

// TestEventStudyWithoutUntouched has two districts, each of which has the event in
// all schools, one after the other: the later is the comparison until it has the
// event too, and is without one of its own from then on.
func TestEventStudyWithoutUntouched(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	var p stats.Panel
	var rows []string
	for s := range 8 {
		district, first := "early", 3
		if s >= 3 {
			district, first = "late", 6
		}
		for month := range 8 {
			outcome := 5 + 0.1*float64(month) + 0.1*random.NormFloat64()
			if month >= first {
				outcome -= 0.5
			}
			minutes := math.Round(1e6*math.Exp(outcome)) / 1e6
			if month < 6 { // the reference wants a comparison in all periods
				p.Unit, p.Period, p.First, p.Outcome = append(p.Unit, s), append(p.Period, month), append(p.First, first), append(p.Outcome, math.Log(minutes))
			}
			for teacher := range 2 {
				rows = append(rows, fmt.Sprintf("('t%d-%d', '%s', 's%d', DATE '2025-%02d-01', %v, DATE '2025-%02d-01', 'evaluators')", s, teacher, district, s, month+1, minutes/2, first+1))
			}
		}
	}
	conn := connect(t, 2, sample(3))
	exec(t, conn, "CREATE TABLE study AS FROM (VALUES "+strings.Join(rows, ", ")+") AS v(teacher_key, district_id, school_id, month, value, event, breakdown)")
	effects, err := stats.GroupTime{Panel: p, NotYetTreated: true}.Effects()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]figure{}
	for _, query := range []string{"FROM study", "SELECT * REPLACE ('d' AS district_id) FROM study"} {
		for event, f := range estimate(t, conn, "event_study", query, nil) {
			got[query+event] = f
		}
	}
	for _, e := range effects.Effects {
		if e.Group != 3 {
			continue
		}
		event := e.Period - 3
		want := math.Expm1(e.Value)
		f, ok := got["FROM study"+strconv.Itoa(event)]
		if !ok || event >= 0 && math.Abs(f.value-want) > 1e-6 || f.schools != 3 || f.n != 6 {
			t.Errorf("event %+d: %+v, want %v of 3 schools and 6 people", event, f, want)
		}
		one := got["SELECT * REPLACE ('d' AS district_id) FROM study"+strconv.Itoa(event)]
		if event >= 0 && (math.Abs(one.value-want) > 1e-6 || one.schools != 3) {
			t.Errorf("in one district, event %+d: %+v, want %v", event, one, want)
		}
	}
}

// TestBootstrapOfManySchools compares with the delta method, of which the
// regression's errors are those in TestMeansAndRatios: with 200 schools both must agree to a
// tenth of the interval, the noise of 999 draws.
func TestBootstrapOfManySchools(t *testing.T) {
	t.Parallel()
	units := sample(1200)
	for i := range units {
		units[i].school, units[i].teacher = i%200, i
	}
	conn := connect(t, 2, units)
	drawn, delta := estimate(t, conn, "cost_ratio", "FROM units", nil)[""], estimate(t, conn, "ratio", "FROM units", nil)[""]
	if tenth := (delta.high - delta.low) / 10; math.Abs(drawn.low-delta.low) > tenth || math.Abs(drawn.high-delta.high) > tenth || math.Abs(drawn.value-delta.value) > 1e-9 {
		t.Errorf("bootstrap %+v, delta method %+v", drawn, delta)
	}
}
