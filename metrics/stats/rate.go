package stats

import (
	"fmt"
	"math"

	"github.com/weir-warehouse/weir/policy"
)

// Wilson returns the score interval of a proportion of n independent units, at
// a level such as 0.95 (Wilson, JASA 22, 1927). It stays within [0, 1] and is
// of use at 0 and n successes too. Errors: no units, or successes not in 0 … n.
func Wilson(successes, n int, level float64) (low, high float64, err error) {
	if n < 1 || successes < 0 || successes > n {
		return 0, 0, policy.Errorf(policy.DataRefused, "interval of a rate: %d of %d units", successes, n)
	}
	if err := checkLevel(level); err != nil {
		return 0, 0, err
	}
	z := critical(math.Inf(1), level)
	total, p := float64(n), float64(successes)/float64(n)
	center := (p + z*z/(2*total)) / (1 + z*z/total)
	reach := z / (1 + z*z/total) * math.Sqrt(p*(1-p)/total+z*z/(4*total*total))
	return max(0, min(center-reach, p)), min(1, max(center+reach, p)), nil // p: of rounding
}

// Ratio returns Σ numerator over Σ denominator (weights multiply both; nil: 1
// each) with its uncertainty by the delta method: that of the mean of its
// linearization (Cochran, Sampling Techniques, section 6.4), by a variance
// estimator as in Mean. Errors: as Mean, or a denominator that sums to zero.
func Ratio(numerator, denominator, weights []float64, kind Variance, clusters ...[]int) (Estimate, error) {
	n := len(numerator)
	if err := checkValues("numerator", numerator, n); err != nil {
		return Estimate{}, fmt.Errorf("ratio: %w", err)
	}
	if err := checkValues("denominator", denominator, n); err != nil {
		return Estimate{}, fmt.Errorf("ratio: %w", err)
	}
	if err := checkWeights(weights, n); err != nil {
		return Estimate{}, fmt.Errorf("ratio: %w", err)
	}
	base := weightedMean(denominator, weights)
	if n == 0 || base == 0 {
		return Estimate{}, policy.Errorf(policy.DataRefused, "ratio of %d rows: the denominator sums to zero", n)
	}
	ratio := weightedMean(numerator, weights) / base
	linear := make([]float64, n)
	for i := range linear {
		linear[i] = ratio + (numerator[i]-ratio*denominator[i])/base
	}
	return Mean(linear, weights, kind, clusters...)
}

// LogRatio returns the logarithm of the ratio of two positive estimates by the
// delta method, given their covariance (0 for separate units). Exp brings the
// ratio and its interval back. Errors: an estimate that is not positive.
func LogRatio(numerator, denominator Estimate, covariance float64) (Estimate, error) {
	if !(numerator.Value > 0) || !(denominator.Value > 0) {
		return Estimate{}, policy.Errorf(policy.DataRefused, "ratio of %v to %v: both must be positive", numerator.Value, denominator.Value)
	}
	a, b := numerator.SE/numerator.Value, denominator.SE/denominator.Value
	variance := a*a + b*b - 2*covariance/(numerator.Value*denominator.Value)
	return Estimate{
		Value: math.Log(numerator.Value / denominator.Value),
		SE:    math.Sqrt(max(variance, 0)),
		DF:    min(numerator.DF, denominator.DF),
	}, nil
}
