package stats

import (
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// Covariance estimates the covariance of the coefficients; Classical is the
// inverse of the expected information. Weights and residuals are taken at the
// final estimate (R takes the weights of one iteration earlier, which differs
// by about the square root of Epsilon). See LinearFit.Covariance for clusters
// and errors; besides, CR2 is refused, and a fit with a ridge penalty, whose
// estimates are biased towards zero.
func (f *GLMFit) Covariance(kind Variance, clusters ...[]int) (*Covariance, error) {
	if f.ridge {
		return nil, policy.Errorf(policy.Usage, "estimate %s variance: a ridge penalty biases estimates, so that no interval would be right", kind)
	}
	return f.working().covariance(kind, clusters)
}

// working returns the weighted regression that the model is at the estimate.
func (f *GLMFit) working() *model {
	n := len(f.y)
	m := &model{
		names: f.Names, columns: f.design.Columns, weights: make([]float64, n), residuals: make([]float64, n),
		coefficients: slices.Clone(f.Coefficients), rows: positive(f.weights, n), dispersion: 1,
	}
	for j, aliased := range f.Aliased {
		if aliased {
			m.coefficients[j] = 0
		}
	}
	forBlocks(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			mu, slope := f.Link.mean(f.Linear[i])
			m.weights[i] = weightOf(f.weights, i) * slope * slope / (mu * (1 - mu))
			m.residuals[i] = (f.y[i] - mu) / slope
		}
	})
	columns := append(slices.Clone(m.columns), m.residuals)
	m.solved = triangularize(columns, roots(m.weights)).solveOrder(aliasTolerance)
	return m
}
