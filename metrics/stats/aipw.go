package stats

import (
	"fmt"

	"github.com/weir-warehouse/weir/policy"
)

// AIPW is the augmented inverse propensity weighted estimator of a treatment's
// effect, which is consistent if the logistic propensity model or the linear
// outcome models, one for each arm, are right (Robins, Rotnitzky and Zhao, JASA
// 89, 1994; for the treated, Mercatanti and Li, JASA 109, 2014). All slices
// have one entry a unit.
type AIPW struct {
	Treatment  []float64 // 1 treated, 0 comparison
	Covariates Design    // without intercept or treatment
	Weights    []float64 // sampling weights; nil: 1 each
	Variance   Variance  // of the mean influence: HC1, or CR1 with clusters, are the usual
	Clusters   [][]int
}

// Estimate returns the ATT, ATC or ATE in the outcome's unit. Errors are from
// the influence function, so they are right if both models are.
//
// Errors: malformed or missing data, a treatment that does not vary, another
// estimand, separation in the propensity model (no overlap), and what
// LinearFit.Covariance refuses.
func (a AIPW) Estimate(outcome []float64, estimand string) (Estimate, error) {
	estimate, err := a.estimate(outcome, estimand)
	if err != nil {
		return Estimate{}, fmt.Errorf("doubly robust effect: %w", err)
	}
	return estimate, nil
}

func (a AIPW) estimate(outcome []float64, estimand string) (Estimate, error) {
	n := len(outcome)
	if err := checkBinary("treatment", a.Treatment, n); err != nil {
		return Estimate{}, err
	}
	design := a.Covariates.WithIntercept(n)
	propensity, err := fitToTheEnd(design, a.Treatment, a.Weights)
	if err != nil {
		return Estimate{}, err
	}
	if propensity.Separation != nil {
		return Estimate{}, policy.Errorf(policy.DataRefused, "there is no overlap: %s", propensity.Separation)
	}
	target, err := TargetWeights(estimand, a.Treatment, nil)
	if err != nil {
		return Estimate{}, err
	}
	var arms [2][]float64
	for arm := range arms {
		fit, err := LeastSquares(design, outcome, a.inArm(float64(arm)))
		if err != nil {
			return Estimate{}, err
		}
		if err := checkSupport(propensity, fit); err != nil {
			return Estimate{}, err
		}
		arms[arm] = fit.Fitted
	}
	scores := make([]float64, n)
	for i, t := range a.Treatment {
		scores[i] = score(estimand, t, outcome[i], propensity.Fitted[i], arms[0][i], arms[1][i])
	}
	share := weightedMean(target, a.Weights) // of the target among all units
	effect := weightedMean(scores, a.Weights) / share
	influence := make([]float64, n)
	for i := range influence {
		influence[i] = effect + (scores[i]-effect*target[i])/share
	}
	return Mean(influence, a.Weights, a.Variance, a.Clusters...)
}

// inArm returns the weights with those of the other arm set to zero.
func (a AIPW) inArm(arm float64) []float64 {
	weights := make([]float64, len(a.Treatment))
	for i, t := range a.Treatment {
		if t == arm {
			weights[i] = weightOf(a.Weights, i)
		}
	}
	return weights
}

// checkSupport refuses an outcome model of one arm that lacks a covariate which
// tells units apart in both: it could not predict the other arm.
func checkSupport(propensity *GLMFit, outcome *LinearFit) error {
	for j, aliased := range outcome.Aliased {
		if aliased && !propensity.Aliased[j] {
			return policy.Errorf(policy.DataRefused, "there is no overlap: in one arm covariate %q does not vary given the others", outcome.Names[j])
		}
	}
	return nil
}

// score returns a unit's doubly robust score, given its treatment, outcome,
// propensity and predicted outcomes under comparison and treatment.
func score(estimand string, t, y, e, m0, m1 float64) float64 {
	switch estimand {
	case "ATT":
		return (t - (1-t)*e/(1-e)) * (y - m0)
	case "ATC":
		return (t*(1-e)/e - (1 - t)) * (y - m1)
	default:
		return m1 - m0 + t*(y-m1)/e - (1-t)*(y-m0)/(1-e)
	}
}
