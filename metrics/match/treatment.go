package match

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// treatment evaluates the formula's response, which must have two values. The
// treated have the larger number, the later level, or TRUE.
func treatment(m *Formula, f *Frame) (treated []bool, level [2]string, err error) {
	if m.response == nil {
		return nil, level, policy.Errorf(policy.Usage, "the formula names no treatment; write treatment ~ covariates")
	}
	c, err := evaluate(m.response, f)
	if err != nil {
		return nil, level, err
	}
	if err := complete("the treatment", []Column{c}); err != nil {
		return nil, level, err
	}
	treated = make([]bool, f.n)
	if c.Numeric() {
		low, high := slices.Min(c.values), slices.Max(c.values)
		for i, x := range c.values {
			if treated[i] = x == high; low == high || x != low && x != high {
				return nil, level, notBinary(c.name, len(distinct(c.values)))
			}
		}
		return treated, [2]string{strconv.FormatFloat(low, 'g', -1, 64), strconv.FormatFloat(high, 'g', -1, 64)}, nil
	}
	used := c
	if !c.truth {
		used = c.dropLevels()
	}
	arms := [2]int{}
	for i, k := range used.codes {
		treated[i] = k == 1
		arms[min(k, 1)]++
	}
	if len(used.levels) != 2 || arms[0] == 0 || arms[1] == 0 {
		return nil, level, notBinary(c.name, len(used.levels))
	}
	return treated, [2]string{used.levels[0], used.levels[1]}, nil
}

func notBinary(name string, values int) error {
	return policy.Errorf(policy.DataRefused, "the treatment %q has %d values among the units; it needs 2. Compare several arms two at a time: see Contrasts", name, values)
}

// Contrast is one comparison of two of several treatment arms.
type Contrast struct {
	Treated    string // level of the treatment column
	Comparison string
	Rows       []int  // the units of both arms, as rows of the whole data
	Frame      *Frame // those units, with the treatment as 0 and 1
}

// Contrasts splits units of several arms into comparisons of two: each arm
// against comparison, and, if pairwise, each other arm against each later one.
// Arms go by the text of the treatment's values, in their order.
func Contrasts(f *Frame, treatment, comparison string, pairwise bool) ([]Contrast, error) {
	c, err := f.Column(treatment)
	if err != nil {
		return nil, err
	}
	if err := complete("the treatment", []Column{c}); err != nil {
		return nil, err
	}
	if c.Numeric() {
		c = numbered(c)
	}
	c = c.dropLevels()
	base := slices.Index(c.levels, comparison)
	if base < 0 {
		return nil, policy.Errorf(policy.Usage, "the treatment %q has no arm %q; its arms are %s", treatment, comparison, strings.Join(c.levels, ", "))
	}
	var out []Contrast
	for k := range c.levels {
		if k != base {
			out = append(out, contrast(f, c, k, base))
		}
	}
	for a := 0; pairwise && a < len(c.levels); a++ {
		for b := a + 1; b < len(c.levels); b++ {
			if a != base && b != base {
				out = append(out, contrast(f, c, a, b))
			}
		}
	}
	return out, nil
}

// Categories returns the column itself, or of a column of numbers their distinct
// values as categories in ascending order; those that are NaN are missing.
func (c Column) Categories() Column {
	if c.Numeric() {
		return numbered(c)
	}
	return c
}

// numbered makes categories of a column's numbers, in ascending order.
func numbered(c Column) Column {
	values := distinct(c.values)
	codes, levels := make([]int32, len(c.values)), make([]string, len(values))
	for k, x := range values {
		levels[k] = strconv.FormatFloat(x, 'g', -1, 64)
	}
	for i, x := range c.values {
		k, found := slices.BinarySearch(values, x)
		if codes[i] = index32(k); !found { // NaN, which is missing
			codes[i] = -1
		}
	}
	return Coded(c.name, codes, levels)
}

func contrast(f *Frame, c Column, treated, comparison int) Contrast {
	out := Contrast{Treated: c.levels[treated], Comparison: c.levels[comparison]}
	var arm []float64
	for i, k := range c.codes {
		if int(k) == treated || int(k) == comparison {
			out.Rows = append(out.Rows, i)
			arm = append(arm, number(int(k) == treated))
		}
	}
	out.Frame = f.Rows(out.Rows)
	out.Frame.cols[f.place[c.name]] = Numeric(c.name, arm)
	return out
}
