package study

import (
	"math"

	"github.com/weir-warehouse/weir/metrics/stats"
)

// coxScale makes a logistic difference one of standard deviations (Cox 1970).
const coxScale = 1.65

// arms returns what an effect size needs of the control and treated units.
func (a *analysis) arms() [2]stats.Arm {
	var arms [2]stats.Arm
	var weight, squares, spread [2]float64
	for i, w := range a.model.Weights {
		k := int(a.model.Treatment[i])
		arms[k].N++
		weight[k] += w
		squares[k] += w * w
		arms[k].Mean += w * a.outcome[i]
	}
	for k := range arms {
		arms[k].Mean /= weight[k]
	}
	for i, w := range a.model.Weights {
		k := int(a.model.Treatment[i])
		d := a.outcome[i] - arms[k].Mean
		spread[k] += w * d * d
	}
	for k := range arms {
		// With reliability weights; N − 1 if all weights are equal.
		arms[k].SD = math.Sqrt(spread[k] / (weight[k] - squares[k]/weight[k]))
	}
	return arms
}

// size standardizes the effect as the What Works Clearinghouse does: Hedges' g
// by the pooled deviation, with the correction for clusters where clusters were
// assigned, or Cox's index of the odds ratio.
func (a *analysis) size(fitted []Effect, arms [2]stats.Arm) stats.Estimate {
	total := float64(arms[0].N + arms[1].N)
	if a.binary {
		odds := fitted[len(fitted)-1].Estimate
		j := stats.SmallSampleCorrection(total-2) / coxScale
		return stats.Estimate{Value: j * odds.Value, SE: j * odds.SE, DF: odds.DF}
	}
	sd := stats.PooledSD(arms[1], arms[0])
	g, err := stats.Standardize(fitted[0].Estimate, sd, total-2)
	if a.assigned && a.clusters != nil {
		if icc, ok := a.intraclass(arms); ok {
			g, err = stats.StandardizeClustered(fitted[0].Estimate, sd, total, total/float64(distinct(a.clusters)), icc)
		}
	}
	if err != nil {
		return unknown()
	}
	return g
}

// intraclass returns the share of the outcome's variance within arms that lies
// between clusters.
func (a *analysis) intraclass(arms [2]stats.Arm) (float64, bool) {
	centred := make([]float64, len(a.outcome))
	for i, y := range a.outcome {
		centred[i] = y - arms[int(a.model.Treatment[i])].Mean
	}
	icc, err := stats.ICC1(centred, a.clusters, Level)
	return max(0, icc.Value), err == nil
}

// eValues returns the E-values of the risk ratio, or of the effect size.
func eValues(fitted []Effect, size stats.Estimate) (point, limit float64) {
	var err error
	if fitted[0].Measure == Difference {
		point, limit, err = stats.EValueStandardized(size)
	} else {
		ratio, low, high := fitted[1].Value()
		point, limit, err = stats.EValueInterval(ratio, low, high)
	}
	if err != nil || math.IsNaN(point) {
		return math.NaN(), math.NaN()
	}
	return point, limit
}
