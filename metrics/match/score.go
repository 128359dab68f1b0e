package match

import (
	"fmt"
	"math"
	"strings"

	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/policy"
)

// estimateScore sets the score, and which units lie outside common support.
func (p *problem) estimateScore() error {
	s := p.spec
	if s.Method == Exact || s.Method == Coarsened || s.Method == Entropy {
		return nil
	}
	if name, ok := s.Distance.column(); ok {
		c, err := p.frame.Column(name)
		if err != nil {
			return fmt.Errorf("distance: %w", err)
		}
		if !c.Numeric() {
			return policy.Errorf(policy.Usage, "distance: column %q is not numeric", name)
		}
		if err := complete("the distance", []Column{c}); err != nil {
			return err
		}
		p.score = c.values
		p.discard()
		return nil
	}
	if s.Distance != Score {
		return nil
	}
	if err := p.fit(p.sampling); err != nil {
		return err
	}
	p.discard()
	if !s.Reestimate || !p.anyDiscarded() {
		return nil
	}
	first := p.score
	weights := make([]float64, p.frame.n)
	for i := range weights {
		switch {
		case p.discarded[i]:
		case p.sampling != nil:
			weights[i] = p.sampling[i]
		default:
			weights[i] = 1
		}
	}
	if err := p.fit(weights); err != nil {
		return err
	}
	for i, out := range p.discarded {
		if out {
			p.score[i] = first[i]
		}
	}
	return nil
}

// fit estimates the propensity model; weights may be nil.
func (p *problem) fit(weights []float64) error {
	name, linear := strings.CutPrefix(p.spec.Link, "linear.")
	link, err := stats.ParseLink(name)
	if err != nil {
		return policy.Errorf(policy.Usage, "propensity score: %w", err)
	}
	design, err := p.formula.Design(p.frame)
	if err != nil {
		return err
	}
	if len(design.Columns) == 0 {
		return policy.Errorf(policy.Usage, "a propensity score needs covariates in the formula")
	}
	y := make([]float64, p.frame.n)
	for i, t := range p.treated {
		y[i] = number(t)
	}
	fit, err := stats.GLM{Link: link, Ridge: p.spec.Ridge}.Fit(design, y, weights)
	if err != nil {
		return fmt.Errorf("propensity score: %w", err)
	}
	p.model, p.score = fit, fit.Fitted
	if linear {
		p.score = fit.Linear
	}
	if !fit.Converged {
		p.notes = append(p.notes, "The propensity model did not converge.")
	}
	if fit.Separation != nil {
		p.notes = append(p.notes, fit.Separation.String())
	}
	return nil
}

// discard marks the units outside common support of the score.
func (p *problem) discard() {
	low, high := p.ranges()
	p.noteOverlap(low, high)
	var from, to float64
	switch p.spec.Discard {
	case DiscardTreated:
		from, to = low[0], high[0]
	case DiscardControl:
		from, to = low[1], high[1]
	case DiscardBoth:
		from, to = max(low[0], low[1]), min(high[0], high[1])
	default:
		return
	}
	for i, x := range p.score {
		p.discarded[i] = x < from || x > to
	}
}

// ranges returns the least and the greatest score of the controls and of the
// treated.
func (p *problem) ranges() (low, high [2]float64) {
	low, high = [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for i, x := range p.score {
		arm := place(p.treated[i])
		low[arm], high[arm] = min(low[arm], x), max(high[arm], x)
	}
	return low, high
}

// poorOverlap is the share of focal units beyond the others' scores above
// which a note says so.
const poorOverlap = 0.05

func (p *problem) noteOverlap(low, high [2]float64) {
	other := 0
	if p.spec.Estimand == ATC {
		other = 1
	}
	beyond := 0
	for i, x := range p.score {
		beyond += place(p.focal[i] && (x < low[other] || x > high[other]))
	}
	if float64(beyond) > poorOverlap*float64(p.focals) {
		p.notes = append(p.notes, fmt.Sprintf("Overlap is poor: the scores of %d of %d %s units lie beyond those of every unit of the other arm.", beyond, p.focals, p.armName()))
	}
}

func (p *problem) anyDiscarded() bool {
	for _, out := range p.discarded {
		if out {
			return true
		}
	}
	return false
}
