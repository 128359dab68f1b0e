package match

import (
	"fmt"
	"math"
	"slices"

	"github.com/weir-warehouse/weir/metrics/stats"
)

// coding says how categories become numbers.
type coding int

const (
	contrasts coding = iota // one dummy less than levels, as a regression needs
	dummies                 // a dummy for each level, as a balance table shows
	halved                  // as dummies, over √2, so that two levels are as far apart as 0 and 1
)

// Design returns the formula's model matrix for f under R's rules: treatment
// contrasts, all levels of a category in an interaction whose margin is not in
// the formula, and an intercept first unless the formula removes it. A numeric
// variable's column is the data's own. Missing and infinite values are an error.
func (m *Formula) Design(f *Frame) (stats.Design, error) {
	d, err := m.design(f, contrasts)
	if err == nil && m.intercept {
		d = d.WithIntercept(f.n)
	}
	return d, err
}

// design returns the model matrix without the intercept.
func (m *Formula) design(f *Frame, c coding) (stats.Design, error) {
	var out stats.Design
	vars, err := m.evaluate(f)
	if err != nil {
		return out, err
	}
	for _, t := range m.terms {
		names, cols := []string{""}, [][]float64{nil}
		for _, v := range t {
			whole := c != contrasts || !m.hasMargin(t, v)
			names, cols = multiply(names, cols, vars[v], whole, c)
		}
		out.Names = append(out.Names, names...)
		out.Columns = append(out.Columns, cols...)
	}
	return out, nil
}

// evaluate computes the formula's variables, complete.
func (m *Formula) evaluate(f *Frame) ([]Column, error) {
	vars := make([]Column, len(m.variables))
	for i, e := range m.variables {
		c, err := evaluate(e, f)
		if err != nil {
			return nil, fmt.Errorf("variable %s: %w", m.names[i], err)
		}
		vars[i] = c.dropLevels()
	}
	return vars, complete("covariates", vars)
}

// hasMargin reports whether the term t without the variable v is a term too;
// the empty term is the intercept.
func (m *Formula) hasMargin(t []int, v int) bool {
	rest := slices.DeleteFunc(slices.Clone(t), func(u int) bool { return u == v })
	if len(rest) == 0 {
		return m.intercept
	}
	return holds(m.terms, rest)
}

// multiply extends a term's columns by one more variable.
func multiply(names []string, cols [][]float64, v Column, whole bool, c coding) (outNames []string, outCols [][]float64) {
	parts, dummy := []string{v.name}, [][]float64{v.values}
	if !v.Numeric() {
		parts, dummy = code(v, whole && (!v.truth || c == contrasts), c)
	}
	for k, d := range dummy {
		for i, left := range cols {
			if left == nil {
				outNames, outCols = append(outNames, parts[k]), append(outCols, d)
				continue
			}
			product := make([]float64, len(d))
			for r := range product {
				product[r] = left[r] * d[r]
			}
			outNames, outCols = append(outNames, names[i]+":"+parts[k]), append(outCols, product)
		}
	}
	return outNames, outCols
}

// code returns the dummies of a categorical variable, the first level's only
// if whole.
func code(v Column, whole bool, c coding) (names []string, cols [][]float64) {
	one := 1.0
	if c == halved && !v.truth {
		one = 1 / math.Sqrt2
	}
	first := 1
	if whole {
		first = 0
	}
	for k := first; k < len(v.levels); k++ {
		col := make([]float64, len(v.codes))
		for i, got := range v.codes {
			if int(got) == k {
				col[i] = one
			}
		}
		names, cols = append(names, v.name+v.levels[k]), append(cols, col)
	}
	return names, cols
}
