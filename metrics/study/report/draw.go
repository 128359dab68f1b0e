package report

import (
	"bytes"
	"math"
	"slices"

	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/metrics/study/figure"
)

// draw adds the pictures: of what is shown elsewhere in the report, and of
// distributions in bins that each hold enough teachers.
func (in Input) draw(r *Report, c *study.Comparison, guard *protection) error {
	r.Figures = []Figure{}
	if err := r.add(figure.Love(guard.shownBalance(in, c)), "Standardized mean differences of covariates before and after matching."); err != nil {
		return err
	}
	score, variables := guard.distributions(in, c)
	if score != nil {
		if err := r.add(figure.Histogram(*score), "Propensity scores before and after matching, in bins with enough teachers of both arms; their areas count, and the outer ones are open."); err != nil {
			return err
		}
	}
	if len(variables) > 0 {
		if err := r.add(figure.Cumulative(variables), "Share of each arm below a value, at the edges of bins with enough teachers of both arms, from rounded counts."); err != nil {
			return err
		}
	}
	if len(c.Effects) == 0 {
		return nil
	}
	if err := r.add(figure.Forest(r.labelled(c.Effects)), "Effects by outcome model, with 95 % intervals."); err != nil {
		return err
	}
	if err := r.drawBeyond(); err != nil {
		return err
	}
	for _, o := range r.Sensitivity {
		if len(o.Curve) == 0 {
			continue
		}
		caption := "Effects on the " + r.outcomeLabel(o.Outcome) + " by each way to match and adjust that was tried, in ascending order; the protocol's is filled."
		if err := r.add(figure.Curve(r.outcomeLabel(o.Outcome), in.curves[o.Outcome]), caption); err != nil {
			return err
		}
	}
	return nil
}

// drawBeyond adds the pictures of the dose response and of an outcome over time.
func (r *Report) drawBeyond() error {
	if r.Dose != nil && len(r.Dose.Curve) > 1 {
		var points []figure.Point
		for _, p := range r.Dose.Curve {
			points = append(points, figure.Point{X: float64(p.Amount), Value: float64(p.Outcome), Low: float64(p.Low), High: float64(p.High)})
		}
		f := figure.Series("dose", "By amount of treatment: "+r.outcomeLabel(r.Dose.Outcome), r.Dose.Label, "mean outcome", "", points)
		if err := r.add(f, "The mean outcome if all those with some treatment had the amount, with 95 % intervals."); err != nil {
			return err
		}
	}
	if r.OverTime == nil {
		return nil
	}
	var points []figure.Point
	reference := 0
	for k, p := range r.OverTime.Periods {
		if p.After {
			break
		}
		reference = k + 1
	}
	for k, p := range r.OverTime.Periods {
		x := float64(k)
		if k >= reference {
			x++
		}
		points = append(points,
			figure.Point{Label: p.Name, X: x, Value: float64(p.Effect), Low: float64(p.Low), High: float64(p.High)},
			figure.Point{X: x + 0.12, Value: float64(p.Robust), Low: float64(p.RobustLow), High: float64(p.RobustHigh), Faint: true})
	}
	nan := math.NaN()
	points = slices.Insert(points, 2*reference, figure.Point{Label: r.OverTime.Reference, X: float64(reference), Value: 0, Low: nan, High: nan})
	f := figure.Series("over_time", "Difference between the arms over time: "+r.outcomeLabel(r.OverTime.Outcome), "period", "effect", "doubly robust", points)
	return r.add(f, "Difference between the arms, less that in the period "+r.OverTime.Reference+", with 95 % intervals: matched units (filled), and doubly robust (rings).")
}

// labelled are effects whose outcomes go by what readers call them.
func (r *Report) labelled(effects []study.Effect) []study.Effect {
	out := slices.Clone(effects)
	for i := range out {
		out[i].Outcome = r.outcomeLabel(out[i].Outcome)
	}
	return out
}

// outcomeLabel is what readers call an outcome.
func (r *Report) outcomeLabel(name string) string {
	for _, e := range r.Effects {
		if e.Outcome == name {
			return e.Label
		}
	}
	return name
}

func (r *Report) add(f figure.Figure, caption string) error {
	var svg bytes.Buffer
	if err := f.Write(&svg, "svg"); err != nil {
		return err
	}
	text := svg.String()
	if i := bytes.Index(svg.Bytes(), []byte("<svg")); i > 0 {
		text = text[i:]
	}
	r.Figures = append(r.Figures, Figure{Name: f.Name, Caption: caption, SVG: text})
	return nil
}
