package stats

import (
	"math"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// Intercept is the name of the column of ones that WithIntercept puts first.
const Intercept = "(Intercept)"

// Design is a model matrix, by columns: Columns[j][i] is the value of column j
// in row i. Names has one name a column. Nothing here writes to a column.
type Design struct {
	Names   []string
	Columns [][]float64
}

// Rows returns the number of rows, which is 0 for a design of no columns.
func (d Design) Rows() int {
	if len(d.Columns) == 0 {
		return 0
	}
	return len(d.Columns[0])
}

// WithIntercept returns the design with a column of ones before its own. Give
// the number of rows, since a design of no columns does not know it.
func (d Design) WithIntercept(rows int) Design {
	return Design{Names: []string{Intercept}, Columns: [][]float64{constant(1, rows)}}.With(d)
}

// With returns the design with other's columns after its own.
func (d Design) With(other Design) Design {
	return Design{
		Names:   slices.Concat(d.Names, other.Names),
		Columns: slices.Concat(d.Columns, other.Columns),
	}
}

// check refuses a regression of y on d that is malformed or not finite.
func (d Design) check(y, weights []float64) error {
	if len(d.Columns) == 0 || len(y) == 0 {
		return policy.Errorf(policy.DataRefused, "regression has %d columns and %d rows: it needs at least one of each", len(d.Columns), len(y))
	}
	if err := d.checkColumns(len(y)); err != nil {
		return err
	}
	if err := checkValues("outcome", y, len(y)); err != nil {
		return err
	}
	return checkWeights(weights, len(y))
}

// checkColumns refuses columns that are not n finite numbers, or not named.
func (d Design) checkColumns(n int) error {
	if len(d.Names) != len(d.Columns) {
		return policy.Errorf(policy.Usage, "design has %d names for %d columns", len(d.Names), len(d.Columns))
	}
	for j, column := range d.Columns {
		if err := checkValues(d.Names[j], column, n); err != nil {
			return err
		}
	}
	return nil
}

// checkWeights refuses weights, nil apart, that are not n finite numbers, none
// of them negative and one of them positive.
func checkWeights(weights []float64, n int) error {
	if weights == nil {
		return nil
	}
	if err := checkValues("weights", weights, n); err != nil {
		return err
	}
	var positive bool
	for i, w := range weights {
		if w < 0 {
			return policy.Errorf(policy.DataRefused, "weight of row %d is negative", i+1)
		}
		positive = positive || w > 0
	}
	if !positive {
		return policy.Errorf(policy.DataRefused, "every weight is zero")
	}
	return nil
}

// checkValues refuses values that are not n finite numbers.
func checkValues(name string, values []float64, n int) error {
	if len(values) != n {
		return policy.Errorf(policy.Usage, "%s has %d values, not one for each of %d rows", name, len(values), n)
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return policy.Errorf(policy.DataRefused,
				"%s is missing or infinite in row %d: drop, indicate or impute such rows first", name, i+1)
		}
	}
	return nil
}

// checkBinary refuses values that are not n zeros and ones with both among them.
func checkBinary(name string, values []float64, n int) error {
	if err := checkValues(name, values, n); err != nil {
		return err
	}
	var ones int
	for i, v := range values {
		switch v {
		case 0:
		case 1:
			ones++
		default:
			return policy.Errorf(policy.DataRefused, "%s is neither 0 nor 1 in row %d", name, i+1)
		}
	}
	if ones == 0 || ones == n {
		return policy.Errorf(policy.DataRefused, "%s has the same value in all %d rows", name, n)
	}
	return nil
}

// constant returns n times the value.
func constant(value float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = value
	}
	return values
}
