package main

import (
	"math"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/study"
)

// matchTable is one table of the results.
type matchTable struct {
	name string
	rows arrow.RecordBatch
}

// tableField is a column of a table.
type tableField struct {
	name   string
	values arrow.Array
}

// noNumber is a missing whole number.
const noNumber = math.MinInt64

func newTable(name string, fields ...tableField) matchTable {
	schema, columns := make([]arrow.Field, len(fields)), make([]arrow.Array, len(fields))
	for i, f := range fields {
		schema[i] = arrow.Field{Name: f.name, Type: f.values.DataType(), Nullable: true}
		columns[i] = f.values
	}
	return matchTable{name, array.NewRecordBatch(arrow.NewSchema(schema, nil), columns, int64(columns[0].Len()))}
}

// texts makes a column; an empty text is missing.
func texts(values []string) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendValues(values, validity(values, func(s string) bool { return s != "" }))
	return b.NewArray()
}

// wholes makes a column; noNumber is missing.
func wholes(values []int64) arrow.Array {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	b.AppendValues(values, validity(values, func(n int64) bool { return n != noNumber }))
	return b.NewArray()
}

// numbers makes a column; what is not finite is missing.
func numbers(values []float64) arrow.Array {
	b := array.NewFloat64Builder(memory.DefaultAllocator)
	b.AppendValues(values, validity(values, func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }))
	return b.NewArray()
}

func validity[T any](values []T, ok func(T) bool) []bool {
	valid := make([]bool, len(values))
	for i, v := range values {
		valid[i] = ok(v)
	}
	return valid
}

// each returns a column's values, one for each element of rows.
func each[T, V any](rows []T, value func(T) V) []V {
	out := make([]V, len(rows))
	for i, r := range rows {
		out[i] = value(r)
	}
	return out
}

// unitsTable has a row for each unit of the data.
func unitsTable(r *match.Result, id func(unit int) string) matchTable {
	n := len(r.Weights)
	ids := array.NewStringBuilder(memory.DefaultAllocator)
	treat, discarded := make([]int64, n), make([]int64, n)
	subclass, distance := make([]int64, n), make([]float64, n)
	for i := range n {
		if name := id(i); name != "" {
			ids.Append(name)
		} else {
			ids.AppendNull()
		}
		treat[i], discarded[i] = whole64(r.Treated[i]), whole64(r.Discarded[i])
		subclass[i], distance[i] = noNumber, math.NaN()
		if r.Subclass != nil && r.Subclass[i] > 0 {
			subclass[i] = int64(r.Subclass[i])
		}
		if r.Distance != nil {
			distance[i] = r.Distance[i]
		}
	}
	return newTable("units", tableField{"id", ids.NewArray()}, tableField{"treat", wholes(treat)}, tableField{"weight", numbers(r.Weights)},
		tableField{"subclass", wholes(subclass)}, tableField{"discarded", wholes(discarded)}, tableField{"distance", numbers(distance)})
}

func whole64(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// pairsTable has a row for each match of each focal unit.
func pairsTable(p *match.Pairs, id func(unit int) string) matchTable {
	var focal, matched []string
	var k []int64
	for i, u := range p.Focal {
		for place, m := range p.Of(i) {
			focal, k, matched = append(focal, id(int(u))), append(k, int64(place+1)), append(matched, id(int(m)))
		}
	}
	return newTable("pairs", tableField{"focal_id", texts(focal)}, tableField{"k", wholes(k)}, tableField{"match_id", texts(matched)})
}

// balanceTable has the tables of all samples, one after the other.
func balanceTable(b *match.Balance) matchTable {
	type line struct {
		sample string
		match.Row
	}
	var lines []line
	add := func(sample string, t match.Table) {
		for _, row := range t {
			lines = append(lines, line{sample, row})
		}
	}
	add("all", b.All)
	add("matched", b.Matched)
	for k, t := range b.Subclasses {
		add("subclass "+strconv.Itoa(k+1), t)
	}
	return newTable("balance",
		tableField{"sample", texts(each(lines, func(l line) string { return l.sample }))},
		tableField{"row", texts(each(lines, func(l line) string { return l.Name }))},
		tableField{"Means Treated", numbers(each(lines, func(l line) float64 { return l.MeanTreated }))},
		tableField{"Means Control", numbers(each(lines, func(l line) float64 { return l.MeanControl }))},
		tableField{"Std. Mean Diff.", numbers(each(lines, func(l line) float64 { return l.SMD }))},
		tableField{"Var. Ratio", numbers(each(lines, func(l line) float64 { return l.VarianceRatio }))},
		tableField{"eCDF Mean", numbers(each(lines, func(l line) float64 { return l.ECDFMean }))},
		tableField{"eCDF Max", numbers(each(lines, func(l line) float64 { return l.ECDFMax }))},
		tableField{"Std. Pair Dist.", numbers(each(lines, func(l line) float64 { return l.PairDistance }))},
		tableField{"WWC g", numbers(each(lines, func(l line) float64 { return l.G }))},
		tableField{"WWC", texts(each(lines, func(l line) string { return string(l.Category) }))})
}

// sizesTable has MatchIt's rows, effective sizes first.
func sizesTable(s match.Sizes) matchTable {
	type line struct {
		name             string
		control, treated float64
	}
	c, t := s.Control, s.Treated
	lines := []line{
		{"All (ESS)", c.AllESS, t.AllESS},
		{"All", float64(c.All), float64(t.All)},
		{"Matched (ESS)", c.MatchedESS, t.MatchedESS},
		{"Matched", float64(c.Matched), float64(t.Matched)},
		{"Unmatched", float64(c.Unmatched), float64(t.Unmatched)},
		{"Discarded", float64(c.Discarded), float64(t.Discarded)},
	}
	return newTable("sample_sizes",
		tableField{"row", texts(each(lines, func(l line) string { return l.name }))},
		tableField{"Control", numbers(each(lines, func(l line) float64 { return l.control }))},
		tableField{"Treated", numbers(each(lines, func(l line) float64 { return l.treated }))})
}

// flowTable has a row for each stage; leave is 1 where the units go.
func flowTable(stages []study.Stage) matchTable {
	return newTable("flow",
		tableField{"outcome", texts(each(stages, func(s study.Stage) string { return s.Outcome }))},
		tableField{"stage", texts(each(stages, func(s study.Stage) string { return s.Name }))},
		tableField{"leave", wholes(each(stages, func(s study.Stage) int64 { return whole64(s.Leave) }))},
		tableField{"control", wholes(each(stages, func(s study.Stage) int64 { return int64(s.Control) }))},
		tableField{"treated", wholes(each(stages, func(s study.Stage) int64 { return int64(s.Treated) }))})
}

// effectsTable has a row for each outcome, model and measure.
func effectsTable(effects []study.Effect) matchTable {
	number := func(f func(study.Effect) float64) arrow.Array { return numbers(each(effects, f)) }
	count := func(f func(study.Effect) int) arrow.Array {
		return wholes(each(effects, func(e study.Effect) int64 { return int64(f(e)) }))
	}
	return newTable("effects",
		tableField{"outcome", texts(each(effects, func(e study.Effect) string { return e.Outcome }))},
		tableField{"model", texts(each(effects, func(e study.Effect) string { return string(e.Model) }))},
		tableField{"measure", texts(each(effects, func(e study.Effect) string { return string(e.Measure) }))},
		tableField{"estimate", number(func(e study.Effect) float64 { v, _, _ := e.Value(); return v })},
		tableField{"se", number(func(e study.Effect) float64 { return e.Estimate.SE })},
		tableField{"se_type", texts(each(effects, func(e study.Effect) string { return e.Variance.String() }))},
		tableField{"df", number(func(e study.Effect) float64 { return e.Estimate.DF })},
		tableField{"statistic", number(func(e study.Effect) float64 { return e.Estimate.Statistic() })},
		tableField{"p", number(func(e study.Effect) float64 { return e.Estimate.P() })},
		tableField{"p_adjusted", number(func(e study.Effect) float64 { return e.Adjusted })},
		tableField{"ci95_low", number(func(e study.Effect) float64 { _, low, _ := e.Value(); return low })},
		tableField{"ci95_high", number(func(e study.Effect) float64 { _, _, high := e.Value(); return high })},
		tableField{"n", count(func(e study.Effect) int { return e.Rows })},
		tableField{"k", count(func(e study.Effect) int { return e.Terms })},
		tableField{"n_clusters", count(func(e study.Effect) int { return e.Clusters })},
		tableField{"mean_treated", number(func(e study.Effect) float64 { return e.Treated })},
		tableField{"mean_control", number(func(e study.Effect) float64 { return e.Control })},
		tableField{"g", number(func(e study.Effect) float64 { return e.Size.Value })},
		tableField{"g_se", number(func(e study.Effect) float64 { return e.Size.SE })},
		tableField{"improvement_index", number(study.Effect.Improvement)},
		tableField{"e_value", number(func(e study.Effect) float64 { return e.EValue })},
		tableField{"e_value_limit", number(func(e study.Effect) float64 { return e.EValueLimit })})
}
