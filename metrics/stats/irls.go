package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/weir-warehouse/weir/policy"
)

// irls is the state of one fit.
type irls struct {
	GLM
	design     Design
	y, weights []float64

	eta, mu  []float64
	root     []float64 // square root of the working weight
	response []float64 // working response
	penalty  []float64 // square root of each column's penalty; nil without ridge

	beta, before []float64 // before is nil in the first iteration
	deviance     float64   // penalized, if there is a penalty
	solved       factor
	iterations   int
	converged    bool
}

func newIRLS(g GLM, design Design, y, weights []float64) *irls {
	n := len(y)
	s := &irls{
		GLM: g, design: design, y: y, weights: weights,
		eta: make([]float64, n), mu: make([]float64, n),
		root: make([]float64, n), response: make([]float64, n),
	}
	if g.Ridge > 0 {
		s.penalty = ridgeRoots(design, weights, g.Ridge)
	}
	forBlocks(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			w := weightOf(weights, i)
			s.eta[i] = g.Link.linear((w*y[i] + 0.5) / (w + 1))
			s.mu[i], _ = g.Link.mean(s.eta[i])
		}
	})
	s.deviance = s.devianceOf(s.mu)
	return s
}

// run iterates until the deviance settles or patience ends.
func (s *irls) run() error {
	p := len(s.design.Columns)
	tolerance := min(1e-7, s.Epsilon/1000)
	columns := append(slices.Clone(s.design.Columns), s.response)
	for s.iterations < s.MaxIterations && !s.converged {
		s.iterations++
		s.linearize()
		r := triangularize(columns, s.root)
		if s.penalty != nil {
			r.absorb(penaltyRows(s.penalty))
		}
		s.solved = r.solveOrder(tolerance)
		s.before, s.beta = s.beta, s.solved.solve(p)
		last := s.deviance
		if err := s.step(); err != nil {
			return err
		}
		s.converged = math.Abs(s.deviance-last)/(math.Abs(s.deviance)+0.1) < s.Epsilon
	}
	return nil
}

// linearize computes working weights and responses at the current fit.
func (s *irls) linearize() {
	forBlocks(len(s.y), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			mu, slope := s.Link.mean(s.eta[i])
			s.root[i] = slope * math.Sqrt(weightOf(s.weights, i)/(mu*(1-mu)))
			s.response[i] = s.eta[i] + (s.y[i]-mu)/slope
		}
	})
}

// step takes the new coefficients, halving the step until every probability
// is between 0 and 1 and the deviance is finite.
func (s *irls) step() error {
	for range s.MaxIterations + 1 {
		s.predict()
		if !math.IsNaN(s.deviance) && !math.IsInf(s.deviance, 0) {
			return nil
		}
		if s.before == nil {
			break
		}
		for j, b := range s.before {
			s.beta[j] = (s.beta[j] + b) / 2
		}
	}
	return policy.Errorf(policy.DataRefused,
		"no coefficients found that keep all probabilities between 0 and 1: use the logit link")
}

// predict sets linear predictors, probabilities and deviance; the last is NaN
// if a probability is outside (0, 1).
func (s *irls) predict() {
	linearPredictor(s.design, s.beta, s.eta)
	forBlocks(len(s.eta), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			s.mu[i], _ = s.Link.mean(s.eta[i])
		}
	})
	s.deviance = s.devianceOf(s.mu)
	for j, root := range s.penalty {
		s.deviance += root * root * s.beta[j] * s.beta[j]
	}
}

// devianceOf returns twice the log likelihood lost against a perfect fit.
func (s *irls) devianceOf(mu []float64) float64 {
	return sumBlocks(len(mu), func(lo, hi int) float64 {
		var sum float64
		for i := lo; i < hi; i++ {
			if !(mu[i] > 0 && mu[i] < 1) { // NaN too
				return math.NaN()
			}
			sum += weightOf(s.weights, i) * (lost(s.y[i], mu[i]) + lost(1-s.y[i], 1-mu[i]))
		}
		return 2 * sum
	})
}

func lost(y, mu float64) float64 {
	if y == 0 {
		return 0
	}
	return y * math.Log(y/mu)
}

func (s *irls) fit() *GLMFit {
	p := len(s.design.Columns)
	f := &GLMFit{
		Link: s.Link, Names: s.design.Names, Coefficients: slices.Clone(s.beta), Aliased: s.solved.aliased(p),
		Linear: s.eta, Fitted: s.mu, Deviance: s.devianceOf(s.mu), NullDeviance: s.nullDeviance(),
		Iterations: s.iterations, Converged: s.converged,
		ridge: s.penalty != nil, design: s.design, y: s.y, weights: s.weights,
	}
	markAliased(f.Coefficients, f.Aliased)
	if s.penalty == nil && s.Link < Log { // the other links' estimates stay finite
		f.Separation = s.separation()
	}
	return f
}

func (s *irls) nullDeviance() float64 {
	mean := weightedMean(s.y, s.weights)
	if mean == 0 || mean == 1 {
		return 0
	}
	return s.devianceOf(constant(mean, len(s.y)))
}

// linearPredictor sets into to the design times the coefficients.
func linearPredictor(design Design, beta, into []float64) {
	forBlocks(len(into), func(lo, hi int) {
		clear(into[lo:hi])
		for j, column := range design.Columns {
			if beta[j] != 0 {
				floats.AddScaled(into[lo:hi], beta[j], column[lo:hi])
			}
		}
	})
}
