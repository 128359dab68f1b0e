package match

import (
	"math"
	"slices"
)

// Column is one variable of the units: numeric, categorical or logical.
type Column struct {
	name   string
	values []float64 // numeric; NaN is a missing value
	codes  []int32   // otherwise: places in levels, -1 is a missing value
	levels []string  // in order; the first is the reference level
	truth  bool      // logical: the levels are FALSE and TRUE
}

// Numeric returns a numeric column, which keeps values. NaN and infinities
// count as missing.
func Numeric(name string, values []float64) Column {
	return Column{name: name, values: values}
}

// Categorical returns a column of categories, whose levels are the distinct
// values in ascending byte order. R calls it a factor.
func Categorical(name string, values []string) Column {
	place := make(map[string]int32)
	for _, v := range values {
		place[v] = 0
	}
	levels := make([]string, 0, len(place))
	for v := range place {
		levels = append(levels, v)
	}
	slices.Sort(levels)
	for i, v := range levels {
		place[v] = index32(i)
	}
	codes := make([]int32, len(values))
	for i, v := range values {
		codes[i] = place[v]
	}
	return Column{name: name, codes: codes, levels: levels}
}

// Coded returns a column of categories given as places in levels, whose order
// is kept. A negative code is a missing value.
func Coded(name string, codes []int32, levels []string) Column {
	return Column{name: name, codes: codes, levels: levels}
}

// Logical returns a column of truth values.
func Logical(name string, values []bool) Column {
	codes := make([]int32, len(values))
	for i, v := range values {
		if v {
			codes[i] = 1
		}
	}
	return Column{name: name, codes: codes, levels: []string{"FALSE", "TRUE"}, truth: true}
}

// Name returns the column's name.
func (c Column) Name() string { return c.name }

// Numeric reports whether the column holds numbers.
func (c Column) Numeric() bool { return c.codes == nil }

// Values returns the numbers of a numeric column, which the caller must not
// change.
func (c Column) Values() []float64 { return c.values }

// Levels returns the levels of a categorical or logical column.
func (c Column) Levels() []string { return c.levels }

// Codes returns each unit's place in Levels; -1 is missing.
func (c Column) Codes() []int32 { return c.codes }

// Len returns the number of units.
func (c Column) Len() int {
	if c.Numeric() {
		return len(c.values)
	}
	return len(c.codes)
}

// missing returns how many values are missing, and the first such row.
func (c Column) missing() (count, first int) {
	for i := range c.Len() {
		if c.missingAt(i) {
			if count == 0 {
				first = i
			}
			count++
		}
	}
	return count, first
}

func (c Column) missingAt(i int) bool {
	if c.Numeric() {
		return math.IsNaN(c.values[i]) || math.IsInf(c.values[i], 0)
	}
	return c.codes[i] < 0
}

// rows returns the column of the units rows, without the levels that they do
// not have.
func (c Column) rows(rows []int) Column {
	out := Column{name: c.name, truth: c.truth}
	if c.Numeric() {
		out.values = make([]float64, len(rows))
		for i, r := range rows {
			out.values[i] = c.values[r]
		}
		return out
	}
	out.codes, out.levels = make([]int32, len(rows)), c.levels
	for i, r := range rows {
		out.codes[i] = c.codes[r]
	}
	return out.dropLevels()
}

// dropLevels returns the column without levels that no unit has.
func (c Column) dropLevels() Column {
	if c.Numeric() || c.truth {
		return c
	}
	seen := make([]bool, len(c.levels))
	for _, k := range c.codes {
		if k >= 0 {
			seen[k] = true
		}
	}
	if !slices.Contains(seen, false) {
		return c
	}
	place := make([]int32, len(c.levels))
	var levels []string
	for k, ok := range seen {
		if ok {
			place[k] = index32(len(levels))
			levels = append(levels, c.levels[k])
		}
	}
	codes := make([]int32, len(c.codes))
	for i, k := range c.codes {
		codes[i] = -1
		if k >= 0 {
			codes[i] = place[k]
		}
	}
	return Column{name: c.name, codes: codes, levels: levels}
}
