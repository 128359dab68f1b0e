package main

import (
	"math"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/weir-warehouse/weir/metrics/match"
)

// collector gathers one column over batches.
type collector interface{ add(column arrow.Array) }

// variable is a collector of a column of the frame.
type variable interface {
	collector
	column() match.Column
}

func (o matchOptions) collectorOf(field arrow.Field) collector {
	switch {
	case field.Name == o.idColumn():
		return &idCollector{}
	case field.Type.ID() == arrow.FLOAT64:
		return &numberCollector{name: field.Name}
	}
	return &textCollector{name: field.Name, truth: field.Type.ID() == arrow.BOOL, place: map[string]int32{}}
}

type idCollector struct{ ids []string }

func (c *idCollector) add(column arrow.Array) {
	for i := range column.Len() {
		c.ids = append(c.ids, spell(column, i, ""))
	}
}

type numberCollector struct {
	name   string
	values []float64
}

func (c *numberCollector) add(column arrow.Array) {
	numbers, ok := column.(*array.Float64)
	if !ok {
		return
	}
	start := len(c.values)
	c.values = append(c.values, numbers.Float64Values()...)
	for i := start; numbers.NullN() > 0 && i < len(c.values); i++ {
		if numbers.IsNull(i - start) {
			c.values[i] = math.NaN()
		}
	}
}

func (c *numberCollector) column() match.Column { return match.Numeric(c.name, c.values) }

type textCollector struct {
	name  string
	truth bool
	codes []int32
	place map[string]int32
}

// truths are the levels of truth values, as R spells them.
var truths = map[bool]string{false: "FALSE", true: "TRUE"}

func (c *textCollector) add(column arrow.Array) {
	for i := range column.Len() {
		if column.IsNull(i) {
			c.codes = append(c.codes, -1)
			continue
		}
		var value string
		switch v := column.(type) {
		case *array.Boolean:
			value = truths[v.Value(i)]
		case *array.String:
			value = v.Value(i)
		default:
			value = column.ValueStr(i)
		}
		code, ok := c.place[value]
		if !ok {
			code = int32(len(c.place)) //nolint:gosec // frames have fewer rows than that
			c.place[strings.Clone(value)] = code
		}
		c.codes = append(c.codes, code)
	}
}

// column returns the values with their levels in ascending order.
func (c *textCollector) column() match.Column {
	for _, level := range truths {
		if _, ok := c.place[level]; c.truth && !ok {
			c.place[level] = int32(len(c.place)) //nolint:gosec // as in add
		}
	}
	levels := make([]string, 0, len(c.place))
	for level := range c.place {
		levels = append(levels, level)
	}
	slices.Sort(levels)
	order := make([]int32, len(levels))
	for k, level := range levels {
		order[c.place[level]] = int32(k)
	}
	for i, code := range c.codes {
		if code >= 0 {
			c.codes[i] = order[code]
		}
	}
	if c.truth && !slices.Contains(c.codes, -1) {
		values := make([]bool, len(c.codes))
		for i, code := range c.codes {
			values[i] = code == 1
		}
		return match.Logical(c.name, values)
	}
	return match.Coded(c.name, c.codes, levels)
}
