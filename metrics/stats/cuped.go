package stats

import (
	"fmt"

	"github.com/weir-warehouse/weir/policy"
)

// CUPED returns the outcome less what a baseline measure explains of it,
// Y − θ(X − X̄) with θ = cov(X, Y)/var(X), whose mean is the outcome's and whose
// variance is smaller (Deng, Xu, Kohavi and Walker, WSDM 2013). The baseline
// must be measured before treatment. Errors: lengths that differ, values that
// are not finite, a baseline that does not vary.
func CUPED(outcome, baseline []float64) ([]float64, error) {
	fit, err := LeastSquares(Design{Names: []string{"baseline"}, Columns: [][]float64{baseline}}.WithIntercept(len(outcome)), outcome, nil)
	if err != nil {
		return nil, fmt.Errorf("adjust by baseline: %w", err)
	}
	if fit.Aliased[1] {
		return nil, policy.Errorf(policy.DataRefused, "adjust by baseline: the baseline has the same value in all %d rows", len(outcome))
	}
	mean := weightedMean(baseline, nil)
	adjusted := make([]float64, len(outcome))
	for i, x := range baseline {
		adjusted[i] = outcome[i] - fit.Coefficients[1]*(x-mean)
	}
	return adjusted, nil
}
