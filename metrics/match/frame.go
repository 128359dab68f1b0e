package match

import (
	"fmt"
	"math"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// maxRows bounds a Frame, since units are numbered with 32 bits.
const maxRows = math.MaxInt32 - 1

// Frame is a table of units in columns of equal length. It does not change.
type Frame struct {
	n     int
	cols  []Column
	place map[string]int
}

// NewFrame joins columns. It is an error if their lengths differ, if two have
// one name, or if there is none.
func NewFrame(cols ...Column) (*Frame, error) {
	if len(cols) == 0 {
		return nil, policy.Errorf(policy.Usage, "a frame needs at least one column")
	}
	f := &Frame{n: cols[0].Len(), cols: cols, place: make(map[string]int, len(cols))}
	if f.n == 0 || f.n > maxRows {
		return nil, policy.Errorf(policy.DataRefused, "the data has %d rows; give 1 to %d", f.n, maxRows)
	}
	for i, c := range cols {
		if c.Len() != f.n {
			return nil, policy.Errorf(policy.DataRefused, "column %q has %d rows, but %q has %d", c.name, c.Len(), cols[0].name, f.n)
		}
		if _, ok := f.place[c.name]; ok {
			return nil, policy.Errorf(policy.DataRefused, "two columns are named %q", c.name)
		}
		f.place[c.name] = i
	}
	return f, nil
}

// Len returns the number of units.
func (f *Frame) Len() int { return f.n }

// Columns returns the columns in order.
func (f *Frame) Columns() []Column { return f.cols }

// Column returns the column of that name.
func (f *Frame) Column(name string) (Column, error) {
	i, ok := f.place[name]
	if !ok {
		return Column{}, policy.Errorf(policy.Usage, "the data has no column %q", name)
	}
	return f.cols[i], nil
}

// Rows returns a frame of the units rows, in that order.
func (f *Frame) Rows(rows []int) *Frame {
	cols := make([]Column, len(f.cols))
	for i, c := range f.cols {
		cols[i] = c.rows(rows)
	}
	return &Frame{n: len(rows), cols: cols, place: f.place}
}

// complete returns an error that names each column with missing values.
func complete(what string, cols []Column) error {
	var bad []string
	for _, c := range cols {
		if count, first := c.missing(); count > 0 {
			bad = append(bad, fmt.Sprintf("%q in %d rows, the first of them row %d", c.name, count, first+1))
		}
	}
	if bad == nil {
		return nil
	}
	return policy.Errorf(policy.DataRefused, "%s may not have missing or infinite values; they are in %s. Impute them, add an indicator, or leave the variable out", what, strings.Join(bad, "; "))
}

// index32 narrows a row number or a count, which maxRows bounds.
func index32(i int) int32 { return int32(i) } //nolint:gosec // frames have at most maxRows rows
