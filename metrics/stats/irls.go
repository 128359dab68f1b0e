package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/weir-warehouse/weir/policy"
)

// irls is the state of one fit.
type irls struct {
	GLM
	design     Design
	y, weights []float64

	eta, mu []float64
	root    []float64 // square root of the working weight
	rest    []float64 // working response less the linear predictor
	penalty []float64 // square root of each column's penalty; nil without ridge

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
		root: make([]float64, n), rest: make([]float64, n),
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
	for s.iterations < s.MaxIterations && !s.converged {
		s.iterations++
		s.linearize()
		s.before, s.beta = s.beta, s.next()
		last := s.deviance
		if err := s.step(); err != nil {
			return err
		}
		s.converged = math.Abs(s.deviance-last)/(math.Abs(s.deviance)+0.1) < s.Epsilon
	}
	return nil
}

// next returns the coefficients that the linearized model has. The first ones
// come from a QR decomposition, which also finds out which columns are aliased;
// later ones, where that is safe, from the first by the normal equations, which
// take a third of the time.
func (s *irls) next() []float64 {
	if s.beta != nil && s.penalty == nil {
		if change, ok := s.scoringStep(); ok {
			return floats.AddTo(change, change, s.beta)
		}
	}
	response := floats.AddTo(make([]float64, len(s.eta)), s.eta, s.rest)
	r := triangularize(append(slices.Clone(s.design.Columns), response), s.root)
	if s.penalty != nil {
		r.absorb(penaltyRows(s.penalty))
	}
	s.solved = r.solveOrder(s.tolerance())
	return s.solved.solve(len(s.design.Columns))
}

// tolerance is below what share of its length a column counts as aliased.
func (s *irls) tolerance() float64 { return min(1e-7, s.Epsilon/1000) }

// maxCondition bounds the condition number of the normal equations, whose
// square root is that of the design: so much of the change of coefficients, not
// of these, can rounding take.
const maxCondition = 1e8

// scoringStep returns by how much an iteration changes the coefficients (Fisher
// scoring), unless the normal equations are too close to singular to tell.
func (s *irls) scoringStep() (change []float64, ok bool) {
	kept := s.solved.kept
	if len(kept) == 0 {
		return nil, false
	}
	columns := make([][]float64, 0, len(kept)+1)
	for _, j := range kept {
		columns = append(columns, s.design.Columns[j])
	}
	products := crossProducts(append(columns, s.rest), s.root)
	p := len(kept)
	length, information, score := make([]float64, p), mat.NewSymDense(p, nil), mat.NewVecDense(p, nil)
	for j := range p {
		length[j] = math.Sqrt(products[j][j])
		for i := range j + 1 {
			information.SetSym(i, j, products[j][i]/length[i]/length[j])
		}
		score.SetVec(j, products[p][j]/length[j])
	}
	var root mat.Cholesky
	if !root.Factorize(information) || !(root.Cond() < maxCondition) || root.SolveVecTo(score, score) != nil {
		return nil, false
	}
	change = make([]float64, len(s.design.Columns))
	for k, j := range kept {
		change[j] = score.AtVec(k) / length[k]
	}
	return change, true
}

// linearize computes working weights and what is left to explain at the current
// fit.
func (s *irls) linearize() {
	forBlocks(len(s.y), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			mu, slope := s.Link.mean(s.eta[i])
			s.root[i] = slope * math.Sqrt(weightOf(s.weights, i)/(mu*(1-mu)))
			s.rest[i] = (s.y[i] - mu) / slope
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
