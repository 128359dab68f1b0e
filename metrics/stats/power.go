package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/weir-warehouse/weir/policy"
)

// Power describes a comparison of two groups whose outcomes are not yet seen.
type Power struct {
	Clusters     int     // schools, or, with Size 1, units
	Size         float64 // units a cluster, on average
	TreatedShare float64 // of clusters, between 0 and 1
	ICC          float64 // share of the outcome's variance between clusters; 0 with Size 1
	R2Between    float64 // share of the variance between clusters that covariates explain
	R2Within     float64 // and of the variance within
	Covariates   int     // covariates at cluster level, each of which costs a degree of freedom
	Alpha        float64 // two-sided level; 0 means 0.05
	Level        float64 // power wanted; 0 means 0.80
}

// MinimumDetectableEffect returns the smallest true effect, in standard
// deviations of the outcome, that the comparison would find significant with
// the power wanted (Bloom, Evaluation Review 19, 1995; Dong and Maynard, J.
// Research on Educational Effectiveness 6, 2013, two-level designs). Errors: a
// share, level or number out of its range, or no degrees of freedom left.
func (p Power) MinimumDetectableEffect() (float64, error) {
	if p.Alpha == 0 {
		p.Alpha = 0.05
	}
	if p.Level == 0 {
		p.Level = 0.80
	}
	df := float64(p.Clusters - p.Covariates - 2)
	inside := func(v float64) bool { return v > 0 && v < 1 }
	share := func(v float64) bool { return v >= 0 && v <= 1 }
	switch {
	case !inside(p.Alpha) || !inside(p.Level) || !inside(p.TreatedShare):
		return 0, policy.Errorf(policy.Usage, "power: alpha %v, level %v and treated share %v must lie between 0 and 1", p.Alpha, p.Level, p.TreatedShare)
	case !share(p.ICC) || !share(p.R2Between) || !share(p.R2Within):
		return 0, policy.Errorf(policy.Usage, "power: intraclass correlation %v and explained shares %v, %v must be from 0 to 1", p.ICC, p.R2Between, p.R2Within)
	case !(p.Size >= 1) || df < 1:
		return 0, policy.Errorf(policy.DataRefused, "power: %d clusters of %v units leave no degrees of freedom", p.Clusters, p.Size)
	}
	t := distuv.StudentsT{Sigma: 1, Nu: df}
	multiplier := t.Quantile(1-p.Alpha/2) + t.Quantile(p.Level)
	variance := p.ICC*(1-p.R2Between) + (1-p.ICC)*(1-p.R2Within)/p.Size
	return multiplier * math.Sqrt(variance/(p.TreatedShare*(1-p.TreatedShare)*float64(p.Clusters))), nil
}
