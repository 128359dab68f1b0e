package stats

import (
	"fmt"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// Adjustment is how an outcome model uses the covariates.
type Adjustment int

// The outcome models: treatment alone; with the covariates' main effects; and
// with covariates and their products with treatment, so that each arm has its
// own regression (Lin, Annals of Applied Statistics 7, 2013).
const (
	Unadjusted Adjustment = iota
	MainEffects
	Interacted
)

// GComputation estimates marginal effects of a treatment: it fits a model of
// the outcome, predicts each target unit's outcome under both conditions, and
// averages (Snowden, Rose and Mortimer, Am. J. Epidemiol. 173, 2011). Errors
// follow by the delta method from the variance of the coefficients; covariates
// of the target are taken as given. All slices have one entry a unit.
type GComputation struct {
	Treatment  []float64 // 1 treated, 0 comparison
	Covariates Design    // without intercept or treatment
	Weights    []float64 // of the fit: matching times sampling weights; nil: 1 each
	Target     []float64 // of the average, see TargetWeights; nil: 1 each
	Adjustment Adjustment
	Variance   Variance
	Clusters   [][]int // as Variance demands
}

// Effect is a difference of mean outcomes in the outcome's unit.
type Effect struct {
	Estimate
	Treated float64  // mean outcome over the target, were all treated
	Control float64  // and were none
	Rows    int      // that the fit used
	Aliased []string // columns that the model could not tell from others
}

// TargetWeights returns the weights of the units over which an effect is
// averaged: the given ones (nil: 1 each) for the treated (ATT), the comparison
// units (ATC) or all units (ATE). Errors: another estimand.
func TargetWeights(estimand string, treatment, weights []float64) ([]float64, error) {
	target := make([]float64, len(treatment))
	for i, t := range treatment {
		switch estimand {
		case "ATT":
			target[i] = t * weightOf(weights, i)
		case "ATC":
			target[i] = (1 - t) * weightOf(weights, i)
		case "ATE":
			target[i] = weightOf(weights, i)
		default:
			return nil, policy.Errorf(policy.Usage, "unknown estimand %q: choose ATT, ATC or ATE", estimand)
		}
	}
	return target, nil
}

// Linear returns the difference of mean outcomes by a linear model.
// Errors: malformed or missing data, a treatment that does not vary, and what
// LinearFit.Covariance refuses.
func (g GComputation) Linear(outcome []float64) (Effect, error) {
	if err := g.check(outcome); err != nil {
		return Effect{}, fmt.Errorf("linear effect: %w", err)
	}
	fit, err := LeastSquares(g.design(), outcome, g.Weights)
	if err != nil {
		return Effect{}, fmt.Errorf("linear effect: %w", err)
	}
	covariance, err := fit.Covariance(g.Variance, g.Clusters...)
	if err != nil {
		return Effect{}, fmt.Errorf("linear effect: %w", err)
	}
	effect, _, err := g.effect(covariance, g.Target, 0)
	if err != nil {
		return Effect{}, fmt.Errorf("linear effect: %w", err)
	}
	effect.Rows = fit.Rows
	return effect, nil
}

// effect returns the effect over a target, and its contrast, where the design
// starts in column from of the model.
func (g GComputation) effect(c *Covariance, target []float64, from int) (Effect, []float64, error) {
	if err := checkTreatment(c, from); err != nil {
		return Effect{}, nil, err
	}
	treated, control := g.meanRow(1, target), g.meanRow(0, target)
	contrast := make([]float64, len(c.model.names))
	var effect Effect
	for j := range treated {
		contrast[from+j] = treated[j] - control[j]
		effect.Treated += treated[j] * c.model.coefficients[from+j]
		effect.Control += control[j] * c.model.coefficients[from+j]
		if !slices.Contains(c.model.solved.kept, from+j) {
			effect.Aliased = append(effect.Aliased, c.model.names[from+j])
		}
	}
	var err error
	effect.Estimate, err = c.estimate(effect.Treated-effect.Control, contrast)
	return effect, contrast, err
}

// checkTreatment refuses a model in which the treatment, the second column of
// the design, is aliased: all rows of positive weight are then in one arm.
func checkTreatment(c *Covariance, from int) error {
	if !slices.Contains(c.model.solved.kept, from+1) {
		return policy.Errorf(policy.DataRefused, "all units of positive weight have the same treatment (%s)", c.model.names[from+1])
	}
	return nil
}

func (g GComputation) check(outcome []float64) error {
	n := len(outcome)
	if err := checkBinary("treatment", g.Treatment, n); err != nil {
		return err
	}
	if err := checkWeights(g.Target, n); err != nil {
		return fmt.Errorf("target: %w", err)
	}
	return g.Covariates.checkColumns(n)
}

// design returns intercept, treatment, covariates and products, as far as the
// adjustment goes.
func (g GComputation) design() Design {
	n := len(g.Treatment)
	d := Design{Names: []string{"treat"}, Columns: [][]float64{g.Treatment}}.WithIntercept(n)
	if g.Adjustment >= MainEffects {
		d = d.With(g.Covariates)
	}
	if g.Adjustment == Interacted {
		for j, column := range g.Covariates.Columns {
			product := make([]float64, n)
			for i, x := range column {
				product[i] = x * g.Treatment[i]
			}
			d.Names = append(d.Names, "treat:"+g.Covariates.Names[j])
			d.Columns = append(d.Columns, product)
		}
	}
	return d
}

// meanRow returns the mean row of the design over a target, with every unit's
// treatment set to the given one.
func (g GComputation) meanRow(treatment float64, target []float64) []float64 {
	row := []float64{1, treatment}
	if g.Adjustment == Unadjusted {
		return row
	}
	for _, column := range g.Covariates.Columns {
		row = append(row, weightedMean(column, target))
	}
	if g.Adjustment == Interacted {
		for _, mean := range slices.Clone(row[2:]) {
			row = append(row, mean*treatment)
		}
	}
	return row
}

// namesWhere returns the names that are marked.
func namesWhere(names []string, marked []bool) []string {
	var chosen []string
	for j, is := range marked {
		if is {
			chosen = append(chosen, names[j])
		}
	}
	return chosen
}
