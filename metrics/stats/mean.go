package stats

import "fmt"

// Mean returns the weighted mean of values (nil weights: 1 each) with its
// uncertainty by a variance estimator, as LinearFit.Covariance takes it: a
// regression on an intercept alone. With clusters of schools and CR1 it is the
// usual estimator for a mean over a cluster sample (Lohr, Sampling: Design and
// Analysis, section 5.2). Errors: as LeastSquares and LinearFit.Covariance.
func Mean(values, weights []float64, kind Variance, clusters ...[]int) (Estimate, error) {
	fit, err := LeastSquares(Design{}.WithIntercept(len(values)), values, weights)
	if err != nil {
		return Estimate{}, fmt.Errorf("mean: %w", err)
	}
	covariance, err := fit.Covariance(kind, clusters...)
	if err != nil {
		return Estimate{}, fmt.Errorf("mean: %w", err)
	}
	return covariance.Contrast([]float64{1})
}
