package study

import (
	"fmt"
	"math"
	"slices"

	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/policy"
)

// DosePlan says how an outcome's dependence on an amount is examined.
type DosePlan struct {
	Amount string    // column; units without any are left out
	Cuts   []float64 // between bands, ascending
	At     []float64 // amounts at which the curve is estimated
}

// DoseFindings are the effects of bands of an amount against the lowest, and the
// outcome that all units would have at each amount.
type DoseFindings struct {
	Outcome string
	Rows    []int // of the frame: units with an amount and the outcome
	Bands   []stats.DoseBin
	Test    stats.Wald // that all bands are alike
	Curve   []stats.Estimate
	Outside []float64 // amounts of the plan's that lie outside of those observed; their estimates are NaN
}

// doseReplicates is how many bootstrap samples of clusters the curve's errors
// come from.
const doseReplicates = 499

// Dose examines how an outcome depends on an amount, among all units that have
// some, matched or not. The bands are adjusted for the outcome models'
// covariates, the curve by the generalized propensity score given them (see
// stats.Dose). Errors: the plan has no clusters, and what stats.Dose refuses.
func (c *Comparison) Dose(outcome string, plan DosePlan) (DoseFindings, error) {
	out := DoseFindings{Outcome: outcome}
	if c.plan.Clusters == "" {
		return out, policy.Errorf(policy.Usage, "a dose response needs clusters, for its errors")
	}
	amounts, err := c.values(plan.Amount)
	if err != nil {
		return out, err
	}
	y, err := c.values(outcome)
	if err != nil {
		return out, err
	}
	for i, amount := range amounts {
		if amount > 0 && !math.IsInf(amount, 0) && !math.IsNaN(y[i]) && !math.IsInf(y[i], 0) {
			out.Rows = append(out.Rows, i)
		}
	}
	if len(out.Rows) == 0 {
		return out, policy.Errorf(policy.DataRefused, "no unit with the outcome has an amount of treatment")
	}
	clusters, err := c.clusters(out.Rows)
	if err != nil {
		return out, err
	}
	dose := stats.Dose{Amount: pick(amounts, out.Rows)}
	if dose.Covariates, err = c.plan.design(c.Frame.Rows(out.Rows)); err != nil {
		return out, err
	}
	y = pick(y, out.Rows)
	bands, err := dose.Binned(y, plan.Cuts, stats.CR2, clusters)
	if err != nil {
		return out, err
	}
	out.Bands, out.Test = bands.Bins, bands.Test
	return out, out.curve(dose, y, plan.At, clusters)
}

// curve estimates the outcome at the amounts that lie within those observed.
func (d *DoseFindings) curve(dose stats.Dose, y, at []float64, clusters []int) error {
	least, most := math.Inf(1), math.Inf(-1)
	for _, amount := range dose.Amount {
		least, most = min(least, amount), max(most, amount)
	}
	var inside []float64
	for _, amount := range at {
		if amount >= least && amount <= most {
			inside = append(inside, amount)
		} else {
			d.Outside = append(d.Outside, amount)
		}
	}
	var estimates []stats.Estimate
	if len(inside) > 0 {
		var err error
		if estimates, err = dose.Response(y, inside, stats.Bootstrap{Blocks: clusters, Replicates: doseReplicates}); err != nil {
			return err
		}
	}
	for _, amount := range at {
		if amount < least || amount > most {
			d.Curve = append(d.Curve, unknown())
			continue
		}
		d.Curve, estimates = append(d.Curve, estimates[0]), estimates[1:]
	}
	return nil
}

// PanelPlan says over which periods an outcome is followed.
type PanelPlan struct {
	Periods []string // columns, in order of time
	First   int      // the first treated one
}

// PeriodEffect is the difference between the arms in a period, less that in the
// last period before treatment.
type PeriodEffect struct {
	Period  int
	Matched stats.Estimate // of the matched, with effects of units and periods taken out
	Robust  stats.Estimate // doubly robust, of all units with every period; NaN before treatment, and if Problem says why
	Units   [2]int         // matched units with the outcome in the period: comparison, treated
}

// PanelFindings are the effects over time.
type PanelFindings struct {
	Difference stats.Estimate // difference in differences of the matched
	Effects    []PeriodEffect // without the last period before treatment, to which they are relative
	Trend      stats.Wald     // that arms were parallel before; P is NaN with fewer than two periods before
	Complete   int            // units with every period, matched or not
	Problem    string         // why there is no doubly robust effect; empty: there is
}

// Panel follows an outcome over periods: difference in differences and event
// study of the matched units, weighted by the match, with CR1S by cluster; and
// beside them, of all units that have every period, doubly robust differences
// given the outcome models' covariates (Callaway and Sant'Anna 2021; all treated
// units start together, since periods count from each unit's own year).
func (c *Comparison) Panel(plan PanelPlan) (PanelFindings, error) {
	out := PanelFindings{Trend: stats.Wald{P: math.NaN()}}
	outcomes := make([][]float64, len(plan.Periods))
	for t, name := range plan.Periods {
		var err error
		if outcomes[t], err = c.values(name); err != nil {
			return out, err
		}
	}
	counts := make([][2]int, len(plan.Periods))
	matched, _, err := c.panel(outcomes, plan.First, func(i, t int) bool {
		is := c.Match.Weights[i] > 0
		if is {
			counts[t][place(c.Match.Treated[i])]++
		}
		return is
	})
	if err != nil {
		return out, err
	}
	if out.Difference, err = matched.DifferenceInDifferences(stats.CR1S); err != nil {
		return out, err
	}
	events, err := matched.EventStudy(stats.CR1S)
	if err != nil {
		return out, err
	}
	for _, e := range events.Effects {
		t := e.Event + plan.First
		out.Effects = append(out.Effects, PeriodEffect{Period: t, Matched: e.Estimate, Robust: unknown(), Units: counts[t]})
	}
	if plan.First > 1 {
		if out.Trend, err = events.PreTrend(); err != nil {
			return out, err
		}
	}
	return out, c.robust(&out, outcomes, plan.First)
}

// robust fills in the doubly robust effects.
func (c *Comparison) robust(out *PanelFindings, outcomes [][]float64, first int) error {
	panel, rows, err := c.panel(outcomes, first, func(i, _ int) bool {
		for _, y := range outcomes {
			if math.IsNaN(y[i]) {
				return false
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	panel.Weights = nil
	out.Complete = len(rows) / len(outcomes)
	group := stats.GroupTime{Panel: panel}
	if out.Complete > 0 {
		if group.Covariates, err = c.plan.design(c.Frame.Rows(rows)); err != nil {
			return err
		}
	}
	effects, err := group.Effects()
	if policy.CodeOf(err) == policy.DataRefused {
		out.Problem = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range effects.Effects {
		k := slices.IndexFunc(out.Effects, func(p PeriodEffect) bool { return p.Period == e.Period })
		if k >= 0 && e.Period >= first {
			out.Effects[k].Robust = e.Estimate
		}
	}
	return nil
}

// panel makes the panel of the units that belong, where they have the outcome,
// and returns the frame's row of each of its rows. Its weights are the match's.
func (c *Comparison) panel(outcomes [][]float64, first int, belongs func(i, t int) bool) (stats.Panel, []int, error) {
	var out stats.Panel
	var rows []int
	for i := range c.Match.Weights {
		for t, y := range outcomes {
			if math.IsNaN(y[i]) || !belongs(i, t) {
				continue
			}
			start := stats.Never
			if c.Match.Treated[i] {
				start = first
			}
			rows = append(rows, i)
			out.Unit, out.Period, out.First = append(out.Unit, i), append(out.Period, t), append(out.First, start)
			out.Outcome, out.Weights = append(out.Outcome, y[i]), append(out.Weights, c.Match.Weights[i])
		}
	}
	if len(rows) == 0 || c.plan.Clusters == "" {
		return out, rows, nil
	}
	var err error
	out.Clusters, err = c.clusters(rows)
	return out, rows, err
}

// values returns a column's numbers.
func (c *Comparison) values(name string) ([]float64, error) {
	column, err := c.Frame.Column(name)
	if err != nil {
		return nil, err
	}
	values, err := outcomeValues(column)
	if err != nil {
		return nil, fmt.Errorf("column %q: %w", name, err)
	}
	return values, nil
}

// clusters returns the codes of the plan's clusters of rows.
func (c *Comparison) clusters(rows []int) ([]int, error) {
	column, err := c.Frame.Column(c.plan.Clusters)
	if err != nil {
		return nil, err
	}
	codes, err := clusterCodes(column)
	if err != nil {
		return nil, err
	}
	return pick(codes, rows), nil
}
