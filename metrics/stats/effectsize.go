package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/weir-warehouse/weir/policy"
)

// Arm is what an effect size needs of a group of units.
type Arm struct {
	N    int     // units
	Mean float64 // of a binary outcome the proportion, from 0 to 1
	SD   float64 // with divisor N−1; not used for a binary outcome
}

// SmallSampleCorrection returns J = 1 − 3/(4h − 1) for h degrees of freedom,
// the factor that makes a standardized effect unbiased (Hedges, J. Educational
// Statistics 6, 1981). With h = N − 2 it is 1 − 3/(4N − 9).
func SmallSampleCorrection(h float64) float64 { return 1 - 3/(4*h-1) }

// PooledSD returns the standard deviation pooled within two arms.
func PooledSD(treated, control Arm) float64 {
	nt, nc := float64(treated.N), float64(control.N)
	return math.Sqrt(((nt-1)*treated.SD*treated.SD + (nc-1)*control.SD*control.SD) / (nt + nc - 2))
}

// HedgesG returns the difference of means in pooled standard deviations, with
// the small-sample correction (What Works Clearinghouse, Procedures and
// Standards Handbook 5.0, appendix E). Errors: an arm of fewer than two units,
// or no variance.
func HedgesG(treated, control Arm) (Estimate, error) {
	if treated.N < 2 || control.N < 2 {
		return Estimate{}, policy.Errorf(policy.DataRefused, "effect size of arms of %d and %d units: each needs two", treated.N, control.N)
	}
	nt, nc := float64(treated.N), float64(control.N)
	sd := PooledSD(treated, control)
	difference := Estimate{Value: treated.Mean - control.Mean, SE: sd * math.Sqrt(1/nt+1/nc)}
	return Standardize(difference, sd, nt+nc-2)
}

// Standardize returns an effect, such as a regression's, in standard
// deviations sd of the outcome, corrected for h degrees of freedom: N − 2, or
// ClusterDF's. Its error adds to the effect's own that of sd (Hedges, J.
// Educational and Behavioral Statistics 32, 2007). Errors: sd or h not positive.
func Standardize(effect Estimate, sd, h float64) (Estimate, error) {
	if !(sd > 0) || !(h > 0) {
		return Estimate{}, policy.Errorf(policy.DataRefused, "effect size with standard deviation %v and %v degrees of freedom: both must be positive", sd, h)
	}
	d := effect.Value / sd
	j := SmallSampleCorrection(h)
	return Estimate{Value: j * d, SE: j * math.Sqrt(effect.SE*effect.SE/(sd*sd)+d*d/(2*h)), DF: h}, nil
}

// StandardizeClustered is Standardize where clusters of size units each, total
// in all, were assigned, icc is the intraclass correlation, sd the total
// standard deviation of units, and the effect's error allows for clusters. The
// pooled sd is then slightly too small, which √(1 − 2(size−1)·icc/(total−2))
// corrects (Hedges 2007; What Works Clearinghouse, Supplement to the Procedures
// Handbook 4.1, 2020). Errors: as Standardize, or numbers out of range.
func StandardizeClustered(effect Estimate, sd, total, size, icc float64) (Estimate, error) {
	if !(size >= 1 && total > 2*size) || !(icc >= 0 && icc <= 1) {
		return Estimate{}, policy.Errorf(policy.DataRefused,
			"effect size of %v units in clusters of %v with intraclass correlation %v: it needs more than two clusters", total, size, icc)
	}
	bias := math.Sqrt(1 - 2*(size-1)*icc/(total-2))
	corrected := Estimate{Value: effect.Value * bias, SE: effect.SE * bias, DF: effect.DF}
	return Standardize(corrected, sd, ClusterDF(total, size, icc))
}

// CoxIndex returns the difference of log odds over 1.65, which is comparable
// to Hedges g, with the small-sample correction (What Works Clearinghouse,
// Handbook 5.0, appendix E). Errors: an empty arm, or a proportion that is not
// between 0 and 1 exclusively.
func CoxIndex(treated, control Arm) (Estimate, error) {
	var value, variance float64
	for i, arm := range []Arm{control, treated} {
		if !(arm.Mean > 0 && arm.Mean < 1) || arm.N < 1 {
			return Estimate{}, policy.Errorf(policy.DataRefused,
				"effect size of a binary outcome: proportion %v of %d units has no log odds", arm.Mean, arm.N)
		}
		value += float64(2*i-1) * math.Log(arm.Mean/(1-arm.Mean))
		variance += 1 / (float64(arm.N) * arm.Mean * (1 - arm.Mean))
	}
	h := float64(treated.N + control.N - 2)
	j := SmallSampleCorrection(h) / 1.65
	return Estimate{Value: j * value, SE: j * math.Sqrt(variance), DF: h}, nil
}

// ImprovementIndex returns by how many percentile points an average comparison
// unit would be expected to rise if treated: 100(Φ(g) − 0.5).
func ImprovementIndex(g float64) float64 {
	return 100 * (distuv.UnitNormal.CDF(g) - 0.5)
}

// ClusterDF returns the degrees of freedom h of an effect size when clusters of
// n units each, N in all, were assigned and the intraclass correlation is icc
// (What Works Clearinghouse, Handbook 5.0, equation E.21). WWC takes icc 0.20
// for achievement and 0.10 for other outcomes when it is not known.
func ClusterDF(total, size, icc float64) float64 {
	within := total - 2*size
	a := total - 2 - 2*(size-1)*icc
	return a * a / ((total-2)*(1-icc)*(1-icc) + size*within*icc*icc + 2*within*icc*(1-icc))
}

// ClusterCorrectedT returns a t statistic that took no account of clusters,
// corrected for them; total, size and icc are as in ClusterDF, whose result is
// its degrees of freedom.
func ClusterCorrectedT(t, total, size, icc float64) float64 {
	return t * math.Sqrt((total-2-2*(size-1)*icc)/((total-2)*(1+(size-1)*icc)))
}
