package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/metrics/study/protocol"
)

// beyond fills in what the protocol asks for beyond effects: the dose response
// of the primary outcome, and an outcome over time.
func (in Input) beyond(r *Report, c *study.Comparison, guard *protection) error {
	p := in.Protocol
	if p.Dose != nil {
		found, err := c.Dose(p.Outcomes[0].Name, study.DosePlan{Amount: protocol.DoseColumn, Cuts: p.Dose.Cuts, At: p.Dose.At})
		if err != nil {
			return fmt.Errorf("dose response: %w", err)
		}
		if r.Dose, err = guard.dose(in, found); err != nil {
			return err
		}
	}
	if p.OverTime == nil {
		return nil
	}
	plan := study.PanelPlan{First: p.FirstTreated()}
	for i := range p.OverTime.Periods {
		plan.Periods = append(plan.Periods, protocol.PeriodColumn(i))
	}
	found, err := c.Panel(plan)
	if err != nil {
		return fmt.Errorf("over time: %w", err)
	}
	r.OverTime = guard.overTime(in, found, plan.First)
	return nil
}

// dose is the dose response as readers get it. Bands of too few teachers have no
// effect, and if the lowest is one of them, none has.
func (g *protection) dose(in Input, found study.DoseFindings) (*Dose, error) {
	p := in.Protocol
	nan := Number(math.NaN())
	out := &Dose{Outcome: found.Outcome, Label: p.Dose.Label, P: number(found.Test.P), Bands: []DoseBand{}, Curve: []DosePoint{}}
	table := &groups{name: "dose", population: "teacher-years with some treatment and the outcome", dimensions: []string{"amount", "arm"}}
	column, err := in.Units.Frame.Column(protocol.DoseColumn)
	if err != nil {
		return nil, err
	}
	for _, i := range found.Rows {
		band := 0
		for band < len(p.Dose.Cuts) && column.Values()[i] >= p.Dose.Cuts[band] {
			band++
		}
		table.add(in.Units.Teachers[i], bandWords(p.Dose.Cuts, band), armOf(g.treated[i]))
	}
	if err := g.protect([]*groups{table}); err != nil {
		return nil, err
	}
	for b, band := range found.Bands {
		words := bandWords(p.Dose.Cuts, b)
		row := DoseBand{Band: words, Units: g.count(table.name, words, all), Effect: nan, Low: nan, High: nan, P: nan}
		switch {
		case row.Units.N == nil || len(out.Bands) > 0 && out.Bands[0].Hidden != "":
			row.Hidden, out.P = "too few teachers in it, or in the lowest", nan
			g.hidef("Effect of %s %s: %s.", words, p.Dose.Label, row.Hidden)
		case b > 0:
			low, high := band.Effect.Interval(study.Level)
			row.Effect, row.Low, row.High, row.P = number(band.Effect.Value), number(low), number(high), number(band.Effect.P())
		}
		out.Bands = append(out.Bands, row)
	}
	for k, e := range found.Curve {
		low, high := e.Interval(study.Level)
		out.Curve = append(out.Curve, DosePoint{Amount: number(p.Dose.At[k]), Outcome: number(e.Value), Low: number(low), High: number(high)})
	}
	return out, nil
}

// bandWords names a band between cuts.
func bandWords(cuts []float64, band int) string {
	spell := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	switch band {
	case 0:
		return "below " + spell(cuts[0])
	case len(cuts):
		return spell(cuts[band-1]) + " and more"
	}
	return spell(cuts[band-1]) + " to below " + spell(cuts[band])
}

// overTime is the outcome over time as readers get it. Periods with too few
// units of an arm have no effect.
func (g *protection) overTime(in Input, found study.PanelFindings, first int) *OverTime {
	p := in.Protocol
	low, high := found.Difference.Interval(study.Level)
	out := &OverTime{
		Outcome: p.OverTime.Outcome, Reference: p.OverTime.Periods[first-1].Name,
		Difference: number(found.Difference.Value), Low: number(low), High: number(high), P: number(found.Difference.P()),
		TrendP: number(found.Trend.P), Periods: []Period{}, Complete: g.rounded(found.Complete),
	}
	if found.Problem != "" { // which may count a few units
		out.Problem = "the models given the covariates cannot be fitted to the units with every period"
	}
	for _, e := range found.Effects {
		row := Period{
			Name: p.OverTime.Periods[e.Period].Name, After: e.Period >= first,
			Treated: g.rounded(e.Units[1]), Comparison: g.rounded(e.Units[0]),
		}
		estimate, robust := e.Matched, e.Robust
		if row.Treated.N == nil || row.Comparison.N == nil {
			row.Hidden = "too few teachers"
			estimate.Value, estimate.SE, robust.Value, robust.SE = math.NaN(), math.NaN(), math.NaN(), math.NaN()
			g.hidef("Effect in the period %s: %s.", row.Name, row.Hidden)
		}
		low, high := estimate.Interval(study.Level)
		row.Effect, row.Low, row.High, row.P = number(estimate.Value), number(low), number(high), number(estimate.P())
		low, high = robust.Interval(study.Level)
		row.Robust, row.RobustLow, row.RobustHigh = number(robust.Value), number(low), number(high)
		out.Periods = append(out.Periods, row)
	}
	if out.Complete.N == nil {
		for k := range out.Periods {
			nan := Number(math.NaN())
			out.Periods[k].Robust, out.Periods[k].RobustLow, out.Periods[k].RobustHigh = nan, nan, nan
		}
		out.Problem = "too few teachers have every period"
	}
	return out
}

func (r *Report) doseGrid() grid {
	g := grid{Title: "Amount of treatment", Words: 1, Note: "Among units of either arm with some treatment. Bands: least squares with the covariates, against the lowest, CR2 by school. "}
	if r.Dose == nil {
		return g
	}
	g.Head = []string{r.Dose.Label, "units", "effect on " + r.outcomeLabel(r.Dose.Outcome), "95 % interval", "p"}
	for i, b := range r.Dose.Bands {
		effect, p := b.Effect.shown(), b.P.probability()
		switch {
		case b.Hidden != "":
			effect, p = "not shown: "+b.Hidden, "–"
		case i == 0:
			effect, p = "compared with", ""
		}
		g.Rows = append(g.Rows, []string{b.Band, b.Units.Shown, effect, interval(b.Low, b.High), p})
	}
	if !math.IsNaN(float64(r.Dose.P)) {
		g.Note += "That all bands are alike has p " + r.Dose.P.probability() + ". "
	}
	return g
}

func (r *Report) doseCurveGrid() grid {
	g := grid{Title: "Outcome by amount of treatment", Words: 0, Note: "The mean outcome if all those with some treatment had the amount, by the generalized propensity score (Hirano and Imbens 2004), bootstrap by school."}
	if r.Dose == nil {
		return g
	}
	g.Head = []string{r.Dose.Label, r.outcomeLabel(r.Dose.Outcome), "95 % interval"}
	for _, p := range r.Dose.Curve {
		g.Rows = append(g.Rows, []string{strings.TrimSuffix(p.Amount.shown(), ".000"), p.Outcome.shown(), interval(p.Low, p.High)})
	}
	return g
}

func (r *Report) overTimeGrid() grid {
	g := grid{Title: "Over time", Words: 1, Head: []string{"period", "treated", "comparison", "effect", "95 % interval", "p", "doubly robust", "95 % interval"}}
	if r.OverTime == nil {
		return g
	}
	o := r.OverTime
	for _, p := range o.Periods {
		name := p.Name + ", untreated"
		if p.After {
			name = p.Name
		}
		effect := p.Effect.shown()
		if p.Hidden != "" {
			effect = "not shown: " + p.Hidden
		}
		g.Rows = append(g.Rows, []string{name, p.Treated.Shown, p.Comparison.Shown, effect, interval(p.Low, p.High), p.P.probability(), p.Robust.shown(), interval(p.RobustLow, p.RobustHigh)})
	}
	g.Rows = append(g.Rows, []string{"difference in differences", "", "", o.Difference.shown(), interval(o.Low, o.High), o.P.probability(), "", ""})
	g.Note = fmt.Sprintf("%s: difference between the arms, less that in the period %s. Matched units with effects of unit and period, CR1S by school; "+
		"doubly robust: %s units with every period, given the covariates.", titled(r.outcomeLabel(o.Outcome)), o.Reference, o.Complete.Shown)
	if !math.IsNaN(float64(o.TrendP)) {
		g.Note += " That the arms were parallel before has p " + o.TrendP.probability() + "."
	}
	if o.Problem != "" {
		g.Note += " There is no doubly robust effect: " + o.Problem + "."
	}
	return g
}
