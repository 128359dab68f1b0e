package stats

import (
	"fmt"
	"math"
	"slices"
)

// aliasTolerance is lm's: how much of a column must be left when the earlier
// ones are taken out of it.
const aliasTolerance = 1e-7

// LinearFit is a linear regression fitted by weighted least squares.
type LinearFit struct {
	Names        []string
	Coefficients []float64 // one a column of the design; NaN for an aliased one
	Aliased      []bool    // columns that are linear combinations of earlier ones
	Fitted       []float64
	Residuals    []float64 // outcome less Fitted, in the outcome's unit
	Rows         int       // rows of positive weight
	ResidualDF   int       // Rows less the columns that are not aliased
	Sigma        float64   // residual standard error, √(Σw·residual²/ResidualDF); NaN or infinite if ResidualDF is 0
	RSquared     float64   // share of the weighted variance around the mean

	model model
}

// LeastSquares regresses y on the design, which holds its intercept if the
// model has one, by Householder QR, as R's lm does. Weights multiply squared
// residuals; nil means 1 each, and a row of weight 0 is predicted, not fitted.
//
// Errors: lengths that differ, values that are not finite, negative weights.
func LeastSquares(design Design, y, weights []float64) (*LinearFit, error) {
	if err := design.check(y, weights); err != nil {
		return nil, fmt.Errorf("fit linear model: %w", err)
	}
	p, n := len(design.Columns), len(y)
	solved := triangularize(append(slices.Clone(design.Columns), y), roots(weights)).solveOrder(aliasTolerance)
	f := &LinearFit{
		Names: design.Names, Coefficients: solved.solve(p), Aliased: solved.aliased(p),
		Fitted: make([]float64, n), Residuals: make([]float64, n),
		Rows: positive(weights, n),
	}
	f.ResidualDF = f.Rows - len(solved.kept)
	linearPredictor(design, f.Coefficients, f.Fitted)
	for i := range y {
		f.Residuals[i] = y[i] - f.Fitted[i]
	}
	rss := weightedSquares(f.Residuals, weights)
	variance := rss / float64(f.ResidualDF)
	f.Sigma = math.Sqrt(variance)
	f.RSquared = 1 - rss/(weightedVariance(y, weights)*totalWeight(n, weights))
	f.model = model{
		names: design.Names, columns: design.Columns, weights: weights, residuals: f.Residuals, solved: solved,
		coefficients: slices.Clone(f.Coefficients), rows: f.Rows, dispersion: variance, linear: true,
	}
	markAliased(f.Coefficients, f.Aliased)
	return f, nil
}

// Covariance estimates the covariance of the coefficients. The HC and classical
// estimators take no clusters, CR2 takes one clustering, and CR0, CR1 and CR1S
// take one or two. A clustering has a code for each row; rows of a cluster
// share it.
//
// Errors: clusterings that do not fit the estimator or the rows, fewer than
// two clusters, no residual degrees of freedom.
func (f *LinearFit) Covariance(kind Variance, clusters ...[]int) (*Covariance, error) {
	return f.model.covariance(kind, clusters)
}

// roots returns the square root of each weight, or nil.
func roots(weights []float64) []float64 {
	if weights == nil {
		return nil
	}
	scale := make([]float64, len(weights))
	for i, w := range weights {
		scale[i] = math.Sqrt(w)
	}
	return scale
}

// positive counts the rows of positive weight.
func positive(weights []float64, n int) int {
	if weights == nil {
		return n
	}
	var count int
	for _, w := range weights {
		if w > 0 {
			count++
		}
	}
	return count
}

// weightedSquares returns Σwx².
func weightedSquares(x, weights []float64) float64 {
	return sumBlocks(len(x), func(lo, hi int) float64 {
		var s float64
		for i := lo; i < hi; i++ {
			s += weightOf(weights, i) * x[i] * x[i]
		}
		return s
	})
}

// markAliased sets aliased coefficients to NaN, so that none passes for a zero.
func markAliased(coefficients []float64, aliased []bool) {
	for j, is := range aliased {
		if is {
			coefficients[j] = math.NaN()
		}
	}
}
