package study

import (
	"slices"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/stats"
)

// Naive returns the plain difference of an outcome's means between all units of
// the arms, as if nothing had been matched, in the outcome's unit (of a binary
// outcome, the difference of shares). Clusters count as in the models. Errors: an
// outcome of words, and what stats.GComputation.Linear refuses.
func (c *Comparison) Naive(outcome string) (stats.Estimate, error) {
	all := &match.Result{Spec: c.Match.Spec, Treated: c.Match.Treated, Weights: slices.Repeat([]float64{1}, len(c.Match.Treated))}
	a, err := newAnalysis(c.Frame, c.plan, all, outcome)
	if err != nil {
		return unknown(), err
	}
	a.chooseVariance()
	e, err := a.model.Linear(a.outcome)
	if err != nil {
		return unknown(), err
	}
	return a.reference(e.Estimate), nil
}
