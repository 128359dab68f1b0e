package stats

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/weir-warehouse/weir/policy"
)

// doublyRobustChange returns the effect on the treated of a change, given
// covariates, and its influence function (Sant'Anna and Zhao 2020, section
// 3.1: logistic propensity, least squares of the comparison's change).
func doublyRobustChange(treated, change []float64, design Design) (att float64, influence []float64, err error) {
	n := len(treated)
	propensity, err := fitToTheEnd(design, treated, nil)
	if err != nil {
		return 0, nil, err
	}
	if propensity.Separation != nil {
		return 0, nil, policy.Errorf(policy.DataRefused, "there is no overlap: %s", propensity.Separation)
	}
	control, odds := make([]float64, n), make([]float64, n)
	for i, d := range treated {
		control[i] = 1 - d
		odds[i] = (1 - d) * propensity.Fitted[i] / (1 - propensity.Fitted[i])
	}
	trend, err := LeastSquares(design, change, control)
	if err != nil {
		return 0, nil, err
	}
	if err := checkSupport(propensity, trend); err != nil {
		return 0, nil, err
	}
	mt, mc := weightedMean(trend.Residuals, treated), weightedMean(trend.Residuals, odds)
	nt, nc := floats.Sum(treated), floats.Sum(odds)

	// What the estimation of both models adds: their own influence functions,
	// each times the derivative of the effect by the model's coefficients.
	working := propensity.working()
	byTrend, byPropensity := make([]float64, n), make([]float64, n)
	for i := range n {
		byTrend[i] = odds[i]/nc - treated[i]/nt
		byPropensity[i] = odds[i] * (trend.Residuals[i] - mc) / nc
	}
	fromTrend := trend.model.influence(trend.model.slope(byTrend))
	fromPropensity := working.influence(working.slope(byPropensity))
	influence = make([]float64, n)
	for i := range influence {
		own := treated[i]*(trend.Residuals[i]-mt)/nt - odds[i]*(trend.Residuals[i]-mc)/nc
		influence[i] = float64(n) * (own + fromTrend[i] - fromPropensity[i])
	}
	return mt - mc, influence, nil
}

// slope returns, for each kept column, Σ factor·column.
func (m *model) slope(factor []float64) []float64 {
	var sums []float64
	for _, x := range m.kept() {
		sums = append(sums, floats.Dot(factor, x))
	}
	return sums
}

// influence returns each row's influence on gradient·coefficients, over the
// kept columns: what the row adds to its sampling error.
func (m *model) influence(gradient []float64) []float64 {
	var direction mat.VecDense
	direction.MulVec(m.solved.inverse(), mat.NewVecDense(len(gradient), gradient))
	influence := make([]float64, len(m.residuals))
	for j, x := range m.kept() {
		floats.AddScaled(influence, direction.AtVec(j), x)
	}
	for i, e := range m.residuals {
		influence[i] *= weightOf(m.weights, i) * e
	}
	return influence
}
