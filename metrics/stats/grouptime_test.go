package stats

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Reference: the R package did on mpdta, never-treated comparison, no
// covariates. ATT(g,t) and errors to 1e-6, aggregates to their published
// decimals; p of the pre-test 0.16812, as did's documentation prints it.
func TestGroupTimeAgreesWithDid(t *testing.T) {
	t.Parallel()
	p, _ := counties(t, func(int, int, int) bool { return true })
	got, err := GroupTime{Panel: p}.Effects()
	if err != nil {
		t.Fatal(err)
	}
	want := readTable(t, "mpdta_attgt_nevertreated_unconditional.csv")
	att, se := want.numbers(t, "att"), want.numbers(t, "se_analytic")
	if len(got.Effects) != len(att) {
		t.Fatalf("%d effects, want %d", len(got.Effects), len(att))
	}
	for i, e := range got.Effects {
		at := want["group"][i] + " in " + want["time"][i]
		if strconv.Itoa(e.Group)+" in "+strconv.Itoa(e.Period) != at {
			t.Fatalf("effect %d is of %d in %d, want %s", i, e.Group, e.Period, at)
		}
		near(t, at, e.Value, att[i], 1e-12)
		near(t, at+" error", e.SE, se[i], 1e-12)
	}
	test, err := got.PreTrend()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "pre-trend p", test.P, 0.16812, 5e-6)

	var published struct {
		Dynamic, Group map[string]float64
		DynamicOverall float64 `json:"dynamic_overall"`
		GroupOverall   float64 `json:"group_overall"`
		Simple         float64
	}
	readJSON(t, "mpdta_published.json", &published)
	dynamic, overall := got.Dynamic()
	if len(dynamic) != len(published.Dynamic) {
		t.Errorf("%d event times, want %d", len(dynamic), len(published.Dynamic))
	}
	for _, e := range dynamic {
		near(t, "event "+strconv.Itoa(e.Event), e.Value, published.Dynamic[strconv.Itoa(e.Event)], 1e-12)
	}
	near(t, "dynamic overall", overall.Value, published.DynamicOverall, 1e-12)
	groups, overall := got.ByGroup()
	for _, g := range groups {
		near(t, "group "+strconv.Itoa(g.At), g.Value, published.Group[strconv.Itoa(g.At)], 1e-12)
	}
	near(t, "group overall", overall.Value, published.GroupOverall, 1e-12)
	near(t, "simple", got.Simple().Value, published.Simple, 1e-12)
}

// With one group and two periods everything is one difference of mean changes.
func TestGroupTimeOfTwoPeriods(t *testing.T) {
	t.Parallel()
	p, state := counties(t, func(_, year, first int) bool { return (first == 0 || first == 2006) && (year == 2005 || year == 2006) })
	p.Clusters = state
	got, err := GroupTime{Panel: p}.Effects()
	if err != nil {
		t.Fatal(err)
	}
	want, err := p.DifferenceInDifferences(CR1)
	if err != nil {
		t.Fatal(err)
	}
	_, byPeriod := got.ByPeriod()
	for name, e := range map[string]Estimate{"effect": got.Effects[0].Estimate, "simple": got.Simple(), "by period": byPeriod} {
		near(t, name, e.Value, want.Value, 1e-12)
		near(t, name+" error", e.SE, want.SE, 1e-12)
		near(t, name+" df", e.DF, want.DF, 0)
	}
	if _, err := got.PreTrend(); err == nil {
		t.Error("a test of trends with no period before treatment")
	}
}

// By hand: groups 2 and 3 of three periods, one never-treated unit.
func TestNotYetTreatedComparison(t *testing.T) {
	t.Parallel()
	p := Panel{
		Unit:    []int{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4},
		Period:  []int{1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3},
		First:   []int{2, 2, 2, 3, 3, 3, Never, Never, Never, 1, 1, 1},
		Outcome: []float64{1, 6, 9, 2, 4, 7, 3, 4, 6, 0, 50, 99},
	}
	got, err := GroupTime{Panel: p, NotYetTreated: true}.Effects()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{
		5 - (2+1)/2., // group 2 in 2, against the units of group 3 and never
		8 - 3,        // group 2 in 3, against never
		2 - 1,        // group 3 in 2, before its treatment, against never: group 2 is treated
		3 - 2,        // group 3 in 3, against never
	} {
		near(t, "effect "+strconv.Itoa(i), got.Effects[i].Value, want, 1e-12)
	}
}

func TestGroupTimeRefuses(t *testing.T) {
	t.Parallel()
	p, _ := counties(t, func(county, year, _ int) bool { return county != 8001 || year != 2005 })
	if _, err := (GroupTime{Panel: p}).Effects(); err == nil || !strings.Contains(err.Error(), "rows in 4 of 5 periods") {
		t.Errorf("unbalanced: %v", err)
	}
	p, _ = counties(t, func(_, _, first int) bool { return first > 0 })
	if _, err := (GroupTime{Panel: p}).Effects(); err == nil || !strings.Contains(err.Error(), "no comparison units") {
		t.Errorf("no comparison: %v", err)
	}
	p, _ = counties(t, func(_, _, first int) bool { return first == 0 })
	if _, err := (GroupTime{Panel: p}).Effects(); err == nil || !strings.Contains(err.Error(), "no unit is first treated") {
		t.Errorf("no treated: %v", err)
	}
	short := GroupTime{Panel: p, Covariates: Design{[]string{"size"}, [][]float64{{1, 2}}}}
	if _, err := short.Effects(); err == nil || !strings.Contains(err.Error(), "size has 2 values") {
		t.Errorf("covariates: %v", err)
	}
	p.Weights = constant(1, len(p.Outcome))
	if _, err := (GroupTime{Panel: p}).Effects(); err == nil {
		t.Errorf("weights: %v", err)
	}
}

// Reference: the estimator by R's glm and lm, with errors from its numerical
// derivatives by units' weights: estimates to 1e-8, errors to 1e-5.
func TestGroupTimeGivenCovariatesAgreesWithR(t *testing.T) {
	t.Parallel()
	p, _ := counties(t, func(int, int, int) bool { return true })
	population := readTable(t, "mpdta.csv").numbers(t, "lpop")
	got, err := GroupTime{Panel: p, Covariates: Design{[]string{"lpop"}, [][]float64{population}}}.Effects()
	if err != nil {
		t.Fatal(err)
	}
	var want []struct {
		Group, Period int
		ATT, SE       float64
	}
	readJSON(t, "grouptime.json", &want)
	for i, w := range want {
		e := got.Effects[i]
		if e.Group != w.Group || e.Period != w.Period {
			t.Fatalf("effect %d is of %d in %d, want %d in %d", i, e.Group, e.Period, w.Group, w.Period)
		}
		at := strconv.Itoa(w.Group) + " in " + strconv.Itoa(w.Period)
		near(t, at, e.Value, w.ATT, 1e-8)
		relative(t, at+" error", e.SE, w.SE, 1e-5)
	}
}

// Effects do not depend on the order of rows, nor on what is added to all
// periods of a unit or to all units of a period, and scale with the outcome.
func TestGroupTimeInvariances(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		periods := rapid.IntRange(2, 5).Draw(rt, "periods")
		units := rapid.IntRange(12, 25).Draw(rt, "units")
		var p Panel
		for u := range units {
			first := []int{Never, 2, periods}[u%3]
			for t := 1; t <= periods; t++ {
				p.Unit, p.Period, p.First = append(p.Unit, u), append(p.Period, t), append(p.First, first)
				p.Outcome = append(p.Outcome, random.NormFloat64())
			}
		}
		effects := func(p Panel) (values, errors []float64) {
			got, err := GroupTime{Panel: p, NotYetTreated: true}.Effects()
			if err != nil {
				rt.Fatal(err)
			}
			dynamic, overall := got.Dynamic()
			for _, e := range dynamic {
				values, errors = append(values, e.Value), append(errors, e.SE)
			}
			return append(values, overall.Value, got.Simple().Value), append(errors, overall.SE, got.Simple().SE)
		}
		wantValues, wantErrors := effects(p)
		order := random.Perm(len(p.Outcome))
		moved := Panel{Unit: pick(p.Unit, order), Period: pick(p.Period, order), First: pick(p.First, order)}
		for _, i := range order {
			moved.Outcome = append(moved.Outcome, 3*p.Outcome[i]+float64(p.Unit[i]*p.Unit[i])-7*float64(p.Period[i]))
		}
		values, errors := effects(moved)
		for k := range values {
			if math.Abs(values[k]-3*wantValues[k]) > 1e-9 || math.Abs(errors[k]-3*wantErrors[k]) > 1e-9 {
				rt.Fatalf("effect %d: %v (%v), want 3 times %v (%v)", k, values[k], errors[k], wantValues[k], wantErrors[k])
			}
		}
	})
}
