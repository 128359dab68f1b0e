package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/weir-warehouse/weir/policy"
)

// GLM is a binomial generalized linear model, fitted by iteratively reweighted
// least squares as R's glm fits it (McCullagh and Nelder, Generalized Linear
// Models, section 2.5). The zero value is logistic regression with R's
// defaults.
type GLM struct {
	Link Link
	// Ridge is the penalty: Ridge/2 times the sum of squared coefficients,
	// each first multiplied by its covariate's standard deviation, is taken
	// from the log likelihood. Columns that do not vary are not penalized.
	// A positive penalty gives finite estimates under separation.
	Ridge float64
	// Epsilon is the relative change of deviance at which to stop; 0 means 1e-8.
	Epsilon float64
	// MaxIterations is after how many to give up; 0 means 25.
	MaxIterations int
}

// fitToTheEnd fits a logistic regression for an estimator that rests on it, to
// full precision. Not to converge is an error then, unless separation says why.
func fitToTheEnd(design Design, y, weights []float64) (*GLMFit, error) {
	fit, err := GLM{Epsilon: 1e-12}.Fit(design, y, weights)
	if err == nil && !fit.Converged && fit.Separation == nil {
		err = policy.Errorf(policy.DataRefused, "logistic model did not converge in %d iterations: use fewer covariates", fit.Iterations)
	}
	return fit, err
}

// GLMFit is a fitted GLM.
type GLMFit struct {
	Link         Link
	Names        []string
	Coefficients []float64 // one a column of the design; NaN for an aliased one
	Aliased      []bool    // columns that are linear combinations of earlier ones
	Linear       []float64 // linear predictor of each row
	Fitted       []float64 // probability of each row
	Deviance     float64
	NullDeviance float64 // of the model with an intercept alone
	Iterations   int
	Converged    bool
	Separation   *Separation // nil unless estimates run off to infinity

	design  Design
	y       []float64
	weights []float64
}

// Fit regresses y, whose values are from 0 to 1 (0 and 1, or shares), on the
// design, which holds its intercept if the model has one. Weights multiply each
// row's log likelihood; nil means 1 each, and a row of weight 0 is predicted
// but not fitted. Not to converge is no error: see Converged and Separation.
//
// Errors: lengths that differ, values that are not finite, an outcome outside
// [0, 1], a bad option, and, under the log and identity links, no coefficients
// that keep all probabilities between 0 and 1.
func (g GLM) Fit(design Design, y, weights []float64) (*GLMFit, error) {
	if err := g.check(design, y, weights); err != nil {
		return nil, fmt.Errorf("fit %s model: %w", g.Link, err)
	}
	if g.Epsilon == 0 {
		g.Epsilon = 1e-8
	}
	if g.MaxIterations == 0 {
		g.MaxIterations = 25
	}
	s := newIRLS(g, design, y, weights)
	if err := s.run(); err != nil {
		return nil, fmt.Errorf("fit %s model: %w", g.Link, err)
	}
	return s.fit(), nil
}

func (g GLM) check(design Design, y, weights []float64) error {
	if err := design.check(y, weights); err != nil {
		return err
	}
	for i, v := range y {
		if v < 0 || v > 1 {
			return policy.Errorf(policy.DataRefused, "outcome is outside 0 to 1 in row %d", i+1)
		}
	}
	switch {
	case g.Link < Logit || g.Link > Identity:
		return policy.Errorf(policy.Usage, "link %d does not exist", int(g.Link))
	case !(g.Ridge >= 0) || math.IsInf(g.Ridge, 1):
		return policy.Errorf(policy.Usage, "ridge penalty is %v: it must be zero or positive", g.Ridge)
	case g.Epsilon < 0 || g.MaxIterations < 0:
		return policy.Errorf(policy.Usage, "tolerance and number of iterations must not be negative")
	}
	return nil
}

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
		design: s.design, y: s.y, weights: s.weights,
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

func weightOf(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}
