package match

import (
	"fmt"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// Filling is a way to complete covariates.
type Filling string

// The ways. Each keeps all units.
const (
	// FillIndicator puts the mean, or for categories the level (missing), and
	// adds a column NAME.missing of 0 and 1 for each numeric column (Rosenbaum
	// and Rubin 1984, appendix B).
	FillIndicator Filling = "indicator"
	FillMean      Filling = "mean"   // the mean, or the most frequent category
	FillMedian    Filling = "median" // the median, or the most frequent category
)

// missingLevel is the category of units whose category is missing.
const missingLevel = "(missing)"

// Fill returns a frame in which no value of the named columns is missing, the
// names of the columns that it added, and a sentence on each column changed.
// A column without any value is an error.
func (f *Frame) Fill(how Filling, names ...string) (filled *Frame, added, notes []string, err error) {
	if err := oneOf("filling", how, FillIndicator, FillMean, FillMedian); err != nil {
		return nil, nil, nil, err
	}
	cols := slices.Clone(f.cols)
	for _, name := range names {
		c, err := f.Column(name)
		if err != nil {
			return nil, nil, nil, err
		}
		count, _ := c.missing()
		switch count {
		case 0:
			continue
		case f.n:
			return nil, nil, nil, policy.Errorf(policy.DataRefused, "column %q has no value to fill in from", name)
		}
		if how == FillIndicator && c.Numeric() {
			mark := make([]float64, f.n)
			for i := range mark {
				mark[i] = number(c.missingAt(i))
			}
			added = append(added, name+".missing")
			cols = append(cols, Numeric(name+".missing", mark))
		}
		var what string
		cols[f.place[name]], what = c.fill(how)
		notes = append(notes, fmt.Sprintf("%d of %d values of %s were missing and became %s.", count, f.n, name, what))
	}
	filled, err = NewFrame(cols...)
	return filled, added, notes, err
}

// fill completes a column and says with what.
func (c Column) fill(how Filling) (out Column, what string) {
	if !c.Numeric() {
		return c.fillCategories(how)
	}
	var known []float64
	for i, x := range c.values {
		if !c.missingAt(i) {
			known = append(known, x)
		}
	}
	x := mean(known)
	what = fmt.Sprintf("the mean, %.6g", x)
	if how == FillMedian {
		x = quantiles(known, []float64{0.5})[0]
		what = fmt.Sprintf("the median, %.6g", x)
	}
	values := slices.Clone(c.values)
	for i := range values {
		if c.missingAt(i) {
			values[i] = x
		}
	}
	return Numeric(c.name, values), what
}

func (c Column) fillCategories(how Filling) (out Column, what string) {
	counts := make([]int, len(c.levels))
	for _, k := range c.codes {
		if k >= 0 {
			counts[k]++
		}
	}
	out = c
	fill := slices.Index(counts, slices.Max(counts))
	what = "the most frequent level, " + c.levels[fill]
	if how == FillIndicator {
		out.levels, out.truth = append(slices.Clone(c.levels), missingLevel), false
		fill = len(c.levels)
		what = "a level of their own"
	}
	out.codes = slices.Clone(c.codes)
	for i, k := range out.codes {
		if k < 0 {
			out.codes[i] = index32(fill)
		}
	}
	return out, what
}
