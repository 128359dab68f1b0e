package stats

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// counties returns mpdta (employment of teenagers in US counties, 2003–2007),
// clustered by state where asked.
func counties(t *testing.T, keep func(county, year, first int) bool) (p Panel, state []int) {
	t.Helper()
	data := readTable(t, "mpdta.csv")
	outcome := data.numbers(t, "lemp")
	for i := range outcome {
		county, year, first := code(t, data["countyreal"][i]), code(t, data["year"][i]), code(t, data["first.treat"][i])
		if !keep(county, year, first) {
			continue
		}
		if first == 0 {
			first = Never
		}
		p.Unit, p.Period, p.First = append(p.Unit, county), append(p.Period, year), append(p.First, first)
		p.Outcome = append(p.Outcome, outcome[i])
		state = append(state, county/1000)
	}
	return p, state
}

// Reference: lm with every unit's dummy and clubSandwich by R 4.2.2, on a panel
// that is not balanced. Tolerance 1e-8 relative.
func TestPanelAgreesWithR(t *testing.T) {
	t.Parallel()
	type static struct {
		Estimate float64
		CR0Unit  float64 `json:"cr0_unit"`
		CR2Unit  float64 `json:"cr2_unit"`
		DFUnit   float64 `json:"df_unit"`
		CR0State float64 `json:"cr0_state"`
		CR2State float64 `json:"cr2_state"`
		DFState  float64 `json:"df_state"`
	}
	var want struct {
		Plain, Weighted static
		Rows            int
		Events, SE      []float64
		PreTrend        float64
	}
	readJSON(t, "panel.json", &want)
	p, state := counties(t, func(county, year, first int) bool {
		return (first == 0 || first == 2006) && county%4 == 1 && (county%7 != 3 || year != 2005)
	})
	if len(p.Outcome) != want.Rows {
		t.Fatalf("%d rows, want %d", len(p.Outcome), want.Rows)
	}
	check := func(what string, p Panel, kind Variance, estimate, se, df float64) {
		got, err := p.DifferenceInDifferences(kind)
		if err != nil {
			t.Fatal(err)
		}
		relative(t, what+" estimate", got.Value, estimate, 1e-8)
		relative(t, what+" error", got.SE, se, 1e-8)
		if kind == CR2 {
			relative(t, what+" df", got.DF, df, 1e-8)
		}
	}
	byState, weighted := p, p
	byState.Clusters = state
	for _, county := range p.Unit {
		weighted.Weights = append(weighted.Weights, 1+float64(county%3))
	}
	weightedByState := weighted
	weightedByState.Clusters = state
	check("CR0 by unit", p, CR0, want.Plain.Estimate, want.Plain.CR0Unit, 0)
	check("CR2 by unit", p, CR2, want.Plain.Estimate, want.Plain.CR2Unit, want.Plain.DFUnit)
	check("CR0 by state", byState, CR0, want.Plain.Estimate, want.Plain.CR0State, 0)
	check("CR2 by state", byState, CR2, want.Plain.Estimate, want.Plain.CR2State, want.Plain.DFState)
	check("weighted CR0 by unit", weighted, CR0, want.Weighted.Estimate, want.Weighted.CR0Unit, 0)
	check("weighted CR0 by state", weightedByState, CR0, want.Weighted.Estimate, want.Weighted.CR0State, 0)

	study, err := p.EventStudy(CR1)
	if err != nil {
		t.Fatal(err)
	}
	for k, event := range []int{-3, -2, 0, 1} {
		got := study.Effects[k]
		if got.Event != event {
			t.Errorf("event %d, want %d", got.Event, event)
		}
		relative(t, fmt.Sprint("event ", event), got.Value, want.Events[k], 1e-8)
		relative(t, fmt.Sprint("error ", event), got.SE, want.SE[k], 1e-8)
	}
	test, err := study.PreTrend()
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "pre-trend F", test.F, want.PreTrend, 1e-8)
}

func TestPanelRefuses(t *testing.T) {
	t.Parallel()
	good := func() Panel {
		return Panel{
			Unit: []int{1, 1, 2, 2, 3, 3}, Period: []int{1, 2, 1, 2, 1, 2}, Outcome: []float64{1, 2, 3, 5, 2, 2},
			First: []int{Never, Never, 2, 2, 2, 2},
		}
	}
	for name, c := range map[string]struct {
		change  func(*Panel)
		kind    Variance
		message string
	}{
		"two rows":    {func(p *Panel) { p.Period[1] = 1 }, CR0, "two rows in period 1"},
		"two starts":  {func(p *Panel) { p.First[3] = Never }, CR0, "two first treated periods"},
		"staggered":   {func(p *Panel) { p.First[2], p.First[3] = 1, 1 }, CR0, "use group-time effects"},
		"no controls": {func(p *Panel) { p.First[0], p.First[1] = 2, 2 }, CR0, "units that never are"},
		"robust only": {func(*Panel) {}, HC1, "depend on each other"},
		"clusters":    {func(p *Panel) { p.Clusters = []int{1, 1, 2, 3, 3, 3} }, CR0, "a unit is in two clusters"},
		"missing":     {func(p *Panel) { p.Outcome[0] = math.NaN() }, CR0, "outcome is missing"},
		"lengths":     {func(p *Panel) { p.First = p.First[1:] }, CR0, "5 first treated periods"},
	} {
		p := good()
		c.change(&p)
		if _, err := p.DifferenceInDifferences(c.kind); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.message)
		}
	}
	gap := good()
	gap.Period = []int{1, 3, 1, 3, 1, 3}
	if _, err := gap.EventStudy(CR0); err != nil {
		t.Error(err)
	}
	for i := range gap.First[2:] {
		gap.First[2+i] = 3
	}
	if _, err := gap.EventStudy(CR0); err == nil || !strings.Contains(err.Error(), "in the period before treatment") {
		t.Errorf("no reference period: %v", err)
	}
	if got, err := good().DifferenceInDifferences(CR0); err != nil || math.Abs(got.Value-0) > 1e-12 {
		t.Errorf("effect %v, %v; by hand (2 + 0)/2 − 1 = 0", got, err)
	}
}
