package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/weir-warehouse/weir/policy"
)

// EValue returns how strongly, as a risk ratio, an unmeasured confounder would
// have to go with both treatment and outcome to explain a risk ratio away
// (VanderWeele and Ding, Annals of Internal Medicine 167, 2017). Errors: a
// ratio that is not positive.
func EValue(ratio float64) (float64, error) {
	if !(ratio > 0) || math.IsInf(ratio, 1) {
		return 0, policy.Errorf(policy.Usage, "e-value of risk ratio %v: it must be positive", ratio)
	}
	if ratio < 1 {
		ratio = 1 / ratio
	}
	return ratio + math.Sqrt(ratio*(ratio-1)), nil
}

// EValueInterval returns the E-values of a risk ratio and of the limit of its
// interval that is nearer 1, which is 1 if the interval holds 1.
func EValueInterval(ratio, low, high float64) (point, limit float64, err error) {
	if point, err = EValue(ratio); err != nil {
		return 0, 0, err
	}
	switch {
	case low > 1:
		limit, err = EValue(low)
	case high < 1:
		limit, err = EValue(high)
	default:
		limit = 1
	}
	return point, limit, err
}

// EValueStandardized returns the E-values of a standardized mean difference,
// taken for the risk ratio exp(0.91 d) with limits exp(0.91 d ± 1.78 SE).
func EValueStandardized(d Estimate) (point, limit float64, err error) {
	middle, reach := 0.91*d.Value, 1.78*d.SE
	return EValueInterval(math.Exp(middle), math.Exp(middle-reach), math.Exp(middle+reach))
}

// RosenbaumBounds returns the lowest and highest one-sided p-value (of an
// effect above zero) that a hidden bias of gamma allows: within a pair one unit
// may be up to gamma times as likely to be treated as the other (Rosenbaum,
// Observational Studies, 2nd ed., section 4.3). The statistic is Wilcoxon's
// signed rank of the pairs' differences, treated less control, by its normal
// approximation, with mean ranks for ties and zero differences left out.
// Errors: gamma below 1, or no difference other than zero.
func RosenbaumBounds(differences []float64, gamma float64) (low, high float64, err error) {
	if !(gamma >= 1) || math.IsInf(gamma, 1) {
		return 0, 0, policy.Errorf(policy.Usage, "rosenbaum bounds: gamma is %v, it must be at least 1", gamma)
	}
	statistic, sum, squares, err := signedRank(differences)
	if err != nil {
		return 0, 0, err
	}
	bound := func(p float64) float64 {
		return distuv.UnitNormal.Survival((statistic - p*sum) / math.Sqrt(p*(1-p)*squares))
	}
	return bound(1 / (1 + gamma)), bound(gamma / (1 + gamma)), nil
}

// RosenbaumGamma returns the greatest hidden bias, to four decimals, at which
// the highest p-value is still at most alpha; 1 if it never is. Errors: as
// RosenbaumBounds, and alpha not between 0 and 0.5.
func RosenbaumGamma(differences []float64, alpha float64) (float64, error) {
	if !(alpha > 0 && alpha < 0.5) {
		return 0, policy.Errorf(policy.Usage, "rosenbaum bounds: alpha is %v, it must lie between 0 and 0.5", alpha)
	}
	within := func(gamma float64) (bool, error) {
		_, high, err := RosenbaumBounds(differences, gamma)
		return high <= alpha, err
	}
	if ok, err := within(1); err != nil || !ok {
		return 1, err
	}
	low, high := 1.0, 2.0
	for ok := true; ok; high *= 2 {
		ok, _ = within(high) //nolint:errcheck // the data passed at gamma 1
	}
	for high-low > 1e-6 {
		middle := (low + high) / 2
		if ok, _ := within(middle); ok { //nolint:errcheck // as above
			low = middle
		} else {
			high = middle
		}
	}
	return math.Floor(low*1e4) / 1e4, nil
}

// signedRank returns Wilcoxon's statistic and the sums of the ranks and of
// their squares.
func signedRank(differences []float64) (statistic, sum, squares float64, err error) {
	if err := checkValues("difference", differences, len(differences)); err != nil {
		return 0, 0, 0, err
	}
	d := slices.DeleteFunc(slices.Clone(differences), func(v float64) bool { return v == 0 })
	if len(d) == 0 {
		return 0, 0, 0, policy.Errorf(policy.DataRefused, "rosenbaum bounds: none of %d pairs differs", len(differences))
	}
	slices.SortFunc(d, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	for from := 0; from < len(d); {
		to := from + 1
		for to < len(d) && math.Abs(d[to]) == math.Abs(d[from]) {
			to++
		}
		rank := float64(from+to+1) / 2
		for _, v := range d[from:to] {
			if v > 0 {
				statistic += rank
			}
			sum += rank
			squares += rank * rank
		}
		from = to
	}
	return statistic, sum, squares, nil
}
