package study

import (
	"math"

	"github.com/weir-warehouse/weir/metrics/stats"
)

// Level is the confidence level of all intervals.
const Level = 0.95

// Model is how an outcome model uses the covariates.
type Model string

// The outcome models: treatment alone; with covariates' main effects; and
// g-computation with products of treatment and covariates.
const (
	Unadjusted  Model = "unadjusted"
	MainEffects Model = "main_effects"
	Interacted  Model = "gcomp_interacted"
)

// Measure is the scale of an effect.
type Measure string

// The measures. Ratios are estimated as logarithms.
const (
	Difference     Measure = "difference" // of means, in the outcome's unit
	RiskDifference Measure = "risk_difference"
	RiskRatio      Measure = "risk_ratio"
	OddsRatio      Measure = "odds_ratio"
)

// Effect is the effect of treatment on one outcome by one model.
type Effect struct {
	Outcome string
	Model   Model
	Measure Measure

	Estimate stats.Estimate // the logarithm of a ratio
	Treated  float64        // mean outcome of the target, were all treated
	Control  float64        // and were none
	Variance stats.Variance // estimator of Estimate.SE
	Rows     int            // units that the model was fitted to
	Terms    int            // coefficients
	Clusters int            // 0: none
	// Adjusted is the p-value corrected for the number of outcomes by
	// Benjamini and Hochberg's method, within one model and measure.
	Adjusted float64

	// Size is Hedges' g, or Cox's index for a binary outcome; NaN if the
	// outcome does not vary.
	Size        stats.Estimate
	EValue      float64 // of the estimate: see stats.EValue
	EValueLimit float64 // of the interval's limit that is nearer to no effect
}

// Ratio reports whether the effect is a ratio.
func (e Effect) Ratio() bool { return e.Measure == RiskRatio || e.Measure == OddsRatio }

// Value returns the effect and its interval, a ratio on its own scale.
func (e Effect) Value() (value, low, high float64) {
	if e.Ratio() {
		return e.Estimate.Exp(Level)
	}
	low, high = e.Estimate.Interval(Level)
	return e.Estimate.Value, low, high
}

// Improvement returns the improvement index, in percentile points.
func (e Effect) Improvement() float64 { return stats.ImprovementIndex(e.Size.Value) }

// Benchmark returns the value that stands for no effect.
func (e Effect) Benchmark() float64 {
	if e.Ratio() {
		return 1
	}
	return 0
}

// adjustFamilies corrects p-values for the number of outcomes.
func adjustFamilies(effects []Effect) error {
	type family struct {
		model Model
		ratio Measure // a difference of risks counts with differences of means
	}
	members := make(map[family][]int)
	for i, e := range effects {
		key := family{model: e.Model}
		if e.Ratio() {
			key.ratio = e.Measure
		}
		members[key] = append(members[key], i)
	}
	for _, places := range members {
		p := make([]float64, len(places))
		for k, i := range places {
			p[k] = effects[i].Estimate.P()
		}
		adjusted, err := stats.BenjaminiHochberg(p)
		if err != nil {
			return err
		}
		for k, i := range places {
			effects[i].Adjusted = adjusted[k]
		}
	}
	return nil
}

// unknown is an estimate that does not exist.
func unknown() stats.Estimate {
	return stats.Estimate{Value: math.NaN(), SE: math.NaN(), DF: math.NaN()}
}
