package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/weir-warehouse/weir/policy"
)

// Dose is a treatment that comes in amounts. All slices have one entry a unit.
type Dose struct {
	Amount     []float64
	Covariates Design    // without intercept or dose
	Weights    []float64 // nil: 1 each
}

// DoseBin is the effect of an amount from From (included) up to To, against
// amounts in the lowest bin.
type DoseBin struct {
	From, To float64
	Rows     int      // of positive weight
	Effect   Estimate // in the outcome's unit; zero, with no error, for the lowest bin
}

// DoseBins are the effects of all bins, with a test that they are all zero.
type DoseBins struct {
	Bins []DoseBin
	Test Wald
}

// Binned returns the effect of the amount, cut at ascending cuts, on the
// outcome, by least squares with the covariates as main effects. Errors:
// malformed or missing data, cuts that do not ascend or leave a bin empty, and
// what LinearFit.Covariance refuses.
func (d Dose) Binned(outcome, cuts []float64, kind Variance, clusters ...[]int) (DoseBins, error) {
	result, err := d.binned(outcome, cuts, kind, clusters)
	if err != nil {
		return DoseBins{}, fmt.Errorf("binned dose response: %w", err)
	}
	return result, nil
}

func (d Dose) binned(outcome, cuts []float64, kind Variance, clusters [][]int) (DoseBins, error) {
	if err := checkValues("dose", d.Amount, len(outcome)); err != nil {
		return DoseBins{}, err
	}
	bins, design, err := d.cut(cuts)
	if err != nil {
		return DoseBins{}, err
	}
	fit, err := LeastSquares(design.With(d.Covariates).WithIntercept(len(outcome)), outcome, d.Weights)
	if err != nil {
		return DoseBins{}, err
	}
	covariance, err := fit.Covariance(kind, clusters...)
	if err != nil {
		return DoseBins{}, err
	}
	for b := range design.Names {
		if bins[b+1].Effect, err = covariance.Coefficient(design.Names[b]); err != nil {
			return DoseBins{}, err
		}
	}
	test, err := covariance.Wald(design.Names...)
	return DoseBins{Bins: bins, Test: test}, err
}

// cut returns the bins, and an indicator for each but the lowest.
func (d Dose) cut(cuts []float64) ([]DoseBin, Design, error) {
	if len(cuts) == 0 || !slices.IsSorted(cuts) || len(slices.Compact(slices.Clone(cuts))) != len(cuts) {
		return nil, Design{}, policy.Errorf(policy.Usage, "cuts %v do not ascend", cuts)
	}
	edges := slices.Concat([]float64{math.Inf(-1)}, cuts, []float64{math.Inf(1)})
	var bins []DoseBin
	var design Design
	for b, from := range edges[:len(edges)-1] {
		bin := DoseBin{From: from, To: edges[b+1]}
		inside := make([]float64, len(d.Amount))
		for i, amount := range d.Amount {
			if amount >= bin.From && amount < bin.To {
				inside[i] = 1
				if weightOf(d.Weights, i) > 0 {
					bin.Rows++
				}
			}
		}
		if bin.Rows == 0 {
			return nil, Design{}, policy.Errorf(policy.DataRefused, "no unit has a dose from %v up to %v", bin.From, bin.To)
		}
		bins = append(bins, bin)
		if b > 0 {
			design.Names = append(design.Names, fmt.Sprintf("dose from %v", from))
			design.Columns = append(design.Columns, inside)
		}
	}
	return bins, design, nil
}

// Response returns the mean outcome if all units got each amount of the grid,
// by the generalized propensity score: the density of a unit's own amount,
// normal given covariates. The outcome is regressed on amount and score, their
// squares and product, and predicted at each amount with the score that each
// unit would have there (Hirano and Imbens, in Gelman and Meng, Applied
// Bayesian Modeling and Causal Inference, 2004). Give the logarithm of an
// amount whose spread grows with it. Errors are by the block bootstrap of the
// whole procedure. The grid should lie within the amounts that were observed.
//
// Errors: malformed or missing data, an amount that covariates explain fully,
// and what Bootstrap.Run refuses.
func (d Dose) Response(outcome, grid []float64, bootstrap Bootstrap) ([]Estimate, error) {
	curve, err := d.response(outcome, grid, d.Weights)
	if err != nil {
		return nil, fmt.Errorf("dose response: %w", err)
	}
	if len(bootstrap.Blocks) != len(outcome) {
		return nil, policy.Errorf(policy.Usage, "dose response: %d blocks for %d units", len(bootstrap.Blocks), len(outcome))
	}
	draws, err := bootstrap.RunAll(len(grid), func(rows []int) ([]float64, error) {
		weights := make([]float64, len(outcome))
		for _, i := range rows {
			weights[i] += weightOf(d.Weights, i)
		}
		return d.response(outcome, grid, weights)
	})
	if err != nil {
		return nil, fmt.Errorf("dose response: %w", err)
	}
	estimates := make([]Estimate, len(grid))
	for k, value := range curve {
		estimates[k] = Estimate{Value: value, SE: draws[k].SE, DF: math.Inf(1)}
	}
	return estimates, nil
}

func (d Dose) response(outcome, grid, weights []float64) ([]float64, error) {
	n := len(outcome)
	if err := checkValues("dose", d.Amount, n); err != nil {
		return nil, err
	}
	dose, err := LeastSquares(d.Covariates.WithIntercept(n), d.Amount, weights)
	if err != nil {
		return nil, err
	}
	spread := math.Sqrt(weightedSquares(dose.Residuals, weights) / totalWeight(n, weights))
	if !(spread > 1e-9*math.Sqrt(weightedVariance(d.Amount, weights))) {
		return nil, policy.Errorf(policy.DataRefused, "covariates explain the dose fully, or it does not vary")
	}
	// surface returns the regressors with each unit at an amount.
	surface := func(amount func(i int) float64) Design {
		columns := make([][]float64, 5)
		for c := range columns {
			columns[c] = make([]float64, n)
		}
		for i := range n {
			t := amount(i)
			r := distuv.UnitNormal.Prob((t-dose.Fitted[i])/spread) / spread
			columns[0][i], columns[1][i], columns[2][i], columns[3][i], columns[4][i] = t, t*t, r, r*r, t*r
		}
		names := []string{"dose", "dose squared", "score", "score squared", "dose by score"}
		return Design{Names: names, Columns: columns}.WithIntercept(n)
	}
	fit, err := LeastSquares(surface(func(i int) float64 { return d.Amount[i] }), outcome, weights)
	if err != nil {
		return nil, err
	}
	curve, predicted := make([]float64, len(grid)), make([]float64, n)
	for k, amount := range grid {
		linearPredictor(surface(func(int) float64 { return amount }), fit.model.coefficients, predicted)
		curve[k] = weightedMean(predicted, weights)
	}
	return curve, nil
}
