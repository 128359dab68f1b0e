package study

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/stats"
)

// Specification is an effect by one reasonable way to match and one outcome
// model.
type Specification struct {
	Match    string // in words
	Model    Model
	Estimate stats.Estimate // NaN if Problem says why there is none
	MaxSMD   float64        // greatest standardized difference that the match leaves
	Matched  int            // units of the group whose effect is wanted
	Chosen   bool           // the plan's own
	Problem  string
}

// SpecificationCurve estimates the effect on an outcome by the plan's own match
// and by others that could have been chosen, each with all outcome models
// (Simonsohn, Simmons and Nelson, Nature Human Behaviour 4, 2020). Exact
// constraints stay as they are, since they are the question's. An alternative
// that cannot be made says why. Effects of binary outcomes are differences of
// risk.
func SpecificationCurve(f *match.Frame, p Plan, outcome string) ([]Specification, error) {
	p.Outcomes, p.Balance = []string{outcome}, match.BalanceOptions{}
	var out []Specification
	for _, alternative := range alternatives(p.Match) {
		q := p
		q.Match = alternative.spec
		c, err := Compare(f, q)
		if err != nil {
			out = append(out, Specification{Match: alternative.words, Estimate: unknown(), MaxSMD: math.NaN(), Problem: err.Error()})
			continue
		}
		sizes := c.Balance.Sizes.Treated
		if q.Match.Estimand == match.ATC {
			sizes = c.Balance.Sizes.Control
		}
		for _, m := range models {
			if !slices.ContainsFunc(c.Effects, func(e Effect) bool { return e.Model == m.name }) {
				out = append(out, Specification{
					Match: alternative.words, Model: m.name, Estimate: unknown(), MaxSMD: math.NaN(), Problem: "the outcome model cannot be fitted",
				})
			}
		}
		for _, e := range c.Effects {
			if e.Measure != Difference && e.Measure != RiskDifference {
				continue
			}
			out = append(out, Specification{
				Match: alternative.words, Model: e.Model, Estimate: e.Estimate, MaxSMD: greatestSMD(c.Balance.Matched),
				Matched: sizes.Matched, Chosen: alternative.chosen,
			})
		}
	}
	return out, nil
}

// greatestSMD returns the covariates' greatest absolute standardized
// difference, the score's left out.
func greatestSMD(t match.Table) float64 {
	greatest := 0.0
	for _, row := range t {
		if d := math.Abs(row.SMD); row.Name != "distance" && d > greatest {
			greatest = d
		}
	}
	return greatest
}

// alternative is a match that could have been chosen.
type alternative struct {
	words  string
	spec   match.Spec
	chosen bool
}

// alternatives lists the plan's match and others with the same question.
func alternatives(own match.Spec) []alternative {
	base := match.Spec{Formula: own.Formula, Estimand: own.Estimand, Exact: own.Exact, Weights: own.Weights}
	with := func(change func(*match.Spec)) match.Spec {
		s := base
		change(&s)
		return s
	}
	within := ""
	if own.Exact != "" {
		within = " within " + strings.ReplaceAll(own.Exact, "_", " ")
	}
	caliper := func(width float64) []match.Caliper { return []match.Caliper{{Width: width}} }
	out := []alternative{{"the protocol's", own, true}}
	for _, a := range []alternative{
		{words: "1:1 nearest, no caliper", spec: with(func(s *match.Spec) { s.Method = match.Nearest })},
		{words: "1:1 nearest, caliper 0.1", spec: with(func(s *match.Spec) { s.Method, s.Calipers = match.Nearest, caliper(0.1) })},
		{words: "1:3 nearest, caliper 0.2", spec: with(func(s *match.Spec) { s.Method, s.Ratio, s.Calipers = match.Nearest, 3, caliper(0.2) })},
		{words: "1:1 with replacement", spec: with(func(s *match.Spec) { s.Method, s.Replace = match.Nearest, true })},
		{words: "1:1 Mahalanobis", spec: with(func(s *match.Spec) { s.Method, s.Distance = match.Nearest, match.Mahalanobis })},
		{words: "full matching", spec: with(func(s *match.Spec) { s.Method = match.Full })},
		{words: "entropy balancing", spec: with(func(s *match.Spec) { s.Method, s.Exact = match.Entropy, "" })},
		{words: "inverse propensity weights", spec: with(func(s *match.Spec) { s.Method, s.Exact = match.Weighting, "" })},
	} {
		if a.spec.Exact != "" {
			a.words += within
		}
		out = append(out, a)
	}
	return out
}

// Spread summarizes the specifications that could be made.
type Spread struct {
	Count                 int
	Least, Median, Most   float64
	Significant, SameSign int // of the sign that the chosen one has
}

// SpreadOf summarizes a curve at a level alpha, over specifications that adjust
// for covariates.
func SpreadOf(curve []Specification, alpha float64) Spread {
	var values []float64
	s := Spread{Least: math.NaN(), Median: math.NaN(), Most: math.NaN()}
	sign := 0.0
	for _, c := range curve {
		if c.Chosen && c.Model == Interacted {
			sign = c.Estimate.Value
		}
	}
	for _, c := range curve {
		if c.Problem != "" || c.Model == Unadjusted || math.IsNaN(c.Estimate.Value) {
			continue
		}
		values = append(values, c.Estimate.Value)
		if c.Estimate.P() <= alpha {
			s.Significant++
		}
		if c.Estimate.Value*sign > 0 {
			s.SameSign++
		}
	}
	if s.Count = len(values); s.Count == 0 {
		return s
	}
	slices.Sort(values)
	s.Least, s.Most = values[0], values[len(values)-1]
	s.Median = (values[(len(values)-1)/2] + values[len(values)/2]) / 2
	return s
}

// String tells the spread in a sentence.
func (s Spread) String() string {
	return fmt.Sprintf("%d specifications: from %.3f to %.3f, median %.3f", s.Count, s.Least, s.Most, s.Median)
}
