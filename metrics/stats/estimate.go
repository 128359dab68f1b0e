package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/weir-warehouse/weir/policy"
)

// Estimate is a number with its uncertainty.
type Estimate struct {
	Value float64
	SE    float64 // standard error, in the unit of Value
	DF    float64 // degrees of freedom of the t distribution; +Inf means the normal
}

// Normal returns the estimate with intervals and tests by the normal
// distribution, whatever its degrees of freedom.
func (e Estimate) Normal() Estimate {
	e.DF = math.Inf(1)
	return e
}

// Statistic returns the estimate over its standard error.
func (e Estimate) Statistic() float64 { return e.Value / e.SE }

// P returns the two-sided p-value of the hypothesis that the value is zero.
func (e Estimate) P() float64 {
	z := math.Abs(e.Statistic())
	switch {
	case !(e.DF > 0):
		return math.NaN()
	case math.IsInf(e.DF, 1):
		return math.Erfc(z / math.Sqrt2)
	}
	return 2 * distuv.StudentsT{Sigma: 1, Nu: e.DF}.Survival(z)
}

// Interval returns the confidence interval of a level such as 0.95; NaN for a
// level that is not between 0 and 1.
func (e Estimate) Interval(level float64) (low, high float64) {
	reach := critical(e.DF, level) * e.SE
	return e.Value - reach, e.Value + reach
}

// Exp returns the ratio whose logarithm is estimated, with its interval.
func (e Estimate) Exp(level float64) (ratio, low, high float64) {
	low, high = e.Interval(level)
	return math.Exp(e.Value), math.Exp(low), math.Exp(high)
}

// critical returns the two-sided critical value of a level under the t
// distribution, the normal if df is +Inf. It is NaN for a level not between 0
// and 1 or for degrees of freedom that are not positive.
func critical(df, level float64) float64 {
	switch {
	case !(df > 0) || !(level > 0 && level < 1):
		return math.NaN()
	case math.IsInf(df, 1):
		return distuv.UnitNormal.Quantile((1 + level) / 2)
	default:
		return distuv.StudentsT{Sigma: 1, Nu: df}.Quantile((1 + level) / 2)
	}
}

// checkLevel refuses a level of confidence that is not between 0 and 1.
func checkLevel(level float64) error {
	if !(level > 0 && level < 1) {
		return policy.Errorf(policy.Usage, "level of confidence is %v: it must lie between 0 and 1, such as 0.95", level)
	}
	return nil
}
