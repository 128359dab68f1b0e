package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// BinaryEffect is an effect on the probability of a binary outcome, in three
// scales. Ratios are on the log scale, where their errors are nearly normal;
// Exp brings a ratio and its interval back.
type BinaryEffect struct {
	RiskDifference Estimate
	LogRiskRatio   Estimate
	LogOddsRatio   Estimate // marginal: of the two mean probabilities
	Treated        float64  // probability over the target, were all treated
	Control        float64  // and were none
	Rows           int
	Aliased        []string
	Separation     *Separation // if not nil, do not trust the errors
}

// Logistic returns the effect on a binary outcome by a logistic model.
// Errors: as Linear, and an outcome that is not 0 or 1 or does not vary.
func (g GComputation) Logistic(outcome []float64) (BinaryEffect, error) {
	if err := g.check(outcome); err != nil {
		return BinaryEffect{}, fmt.Errorf("logistic effect: %w", err)
	}
	if err := checkBinary("outcome", outcome, len(outcome)); err != nil {
		return BinaryEffect{}, fmt.Errorf("logistic effect: %w", err)
	}
	fit, err := fitToTheEnd(g.design(), outcome, g.Weights)
	if err != nil {
		return BinaryEffect{}, fmt.Errorf("logistic effect: %w", err)
	}
	covariance, err := fit.Covariance(g.Variance, g.Clusters...)
	if err != nil {
		return BinaryEffect{}, fmt.Errorf("logistic effect: %w", err)
	}
	if err := checkTreatment(covariance, 0); err != nil {
		return BinaryEffect{}, fmt.Errorf("logistic effect: %w", err)
	}
	p1, slope1 := g.meanProbability(covariance.model.coefficients, 1)
	p0, slope0 := g.meanProbability(covariance.model.coefficients, 0)
	effect := BinaryEffect{
		Treated: p1, Control: p0, Separation: fit.Separation,
		Rows: positive(g.Weights, len(outcome)), Aliased: namesWhere(fit.Names, fit.Aliased),
	}
	for _, scale := range []struct {
		into          *Estimate
		value, d1, d0 float64 // and its derivatives by p1 and p0
	}{
		{&effect.RiskDifference, p1 - p0, 1, -1},
		{&effect.LogRiskRatio, math.Log(p1 / p0), 1 / p1, -1 / p0},
		{&effect.LogOddsRatio, math.Log(p1 / (1 - p1) * (1 - p0) / p0), 1 / (p1 * (1 - p1)), -1 / (p0 * (1 - p0))},
	} {
		gradient := make([]float64, len(slope1))
		floats.AddScaledTo(gradient, floats.ScaleTo(gradient, scale.d1, slope1), scale.d0, slope0)
		if *scale.into, err = covariance.estimate(scale.value, gradient); err != nil {
			return BinaryEffect{}, fmt.Errorf("logistic effect: %w", err)
		}
	}
	return effect, nil
}

// meanProbability returns the mean predicted probability over the target under
// a treatment, and its derivative by each coefficient.
func (g GComputation) meanProbability(beta []float64, treatment float64) (p float64, gradient []float64) {
	under := g
	under.Treatment = constant(treatment, len(g.Treatment))
	design := under.design()
	probability, slope := make([]float64, len(g.Treatment)), make([]float64, len(g.Treatment))
	linearPredictor(design, beta, probability)
	for i, eta := range probability {
		probability[i], slope[i] = logistic(eta)
	}
	for _, column := range design.Columns {
		product := make([]float64, len(column))
		for i, x := range column {
			product[i] = x * slope[i]
		}
		gradient = append(gradient, weightedMean(product, g.Target))
	}
	return weightedMean(probability, g.Target), gradient
}
