package stats

import "math"

// ridgeRoots returns, for each column, the square root of the penalty on its
// squared coefficient: the ridge times the column's variance.
func ridgeRoots(design Design, weights []float64, ridge float64) []float64 {
	roots := make([]float64, len(design.Columns))
	for j, column := range design.Columns {
		roots[j] = math.Sqrt(ridge * weightedVariance(column, weights))
	}
	return roots
}

// penaltyRows returns the penalty as rows of data, one a column, whose
// response is 0. The last column is that response.
func penaltyRows(roots []float64) [][]float64 {
	p := len(roots)
	rows := make([][]float64, p+1)
	for j := range rows {
		rows[j] = make([]float64, p)
		if j < p {
			rows[j][j] = roots[j]
		}
	}
	return rows
}
