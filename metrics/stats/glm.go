package stats

import (
	"fmt"
	"math"

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

	ridge   bool
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
