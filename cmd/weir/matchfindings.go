package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/metrics/study"
)

// subgroupRow is the effect in one level of a column.
type subgroupRow struct {
	study.Subgroups

	level  string
	effect stats.Effect
}

func subgroupRows(all []study.Subgroups) []subgroupRow {
	var out []subgroupRow
	for _, s := range all {
		for _, e := range s.Effects {
			out = append(out, subgroupRow{s, e.Level, e.Effect})
		}
	}
	return out
}

// curveRow is one way to match and to model.
type curveRow struct {
	study.Specification

	outcome string
}

// curveRows lists the curves' rows, the match that was asked for among
// them.
func (r matchReport) curveRows() []curveRow {
	var out []curveRow
	for _, curve := range r.found.Specifications {
		for _, s := range curve.Specifications {
			if s.Chosen {
				s.Match = "as asked"
			}
			out = append(out, curveRow{s, curve.Outcome})
		}
	}
	return out
}

// estimateFields are the columns that every estimate has.
func estimateFields[T any](rows []T, of func(T) stats.Estimate) []tableField {
	number := func(f func(stats.Estimate) float64) arrow.Array {
		return numbers(each(rows, func(row T) float64 { return f(of(row)) }))
	}
	return []tableField{
		{"estimate", number(func(e stats.Estimate) float64 { return e.Value })},
		{"se", number(func(e stats.Estimate) float64 { return e.SE })},
		{"df", number(func(e stats.Estimate) float64 { return e.DF })},
		{"p", number(stats.Estimate.P)},
		{"ci95_low", number(func(e stats.Estimate) float64 { low, _ := e.Interval(study.Level); return low })},
		{"ci95_high", number(func(e stats.Estimate) float64 { _, high := e.Interval(study.Level); return high })},
	}
}

// findingTables are those of what was examined.
func (r matchReport) findingTables() []matchTable {
	var out []matchTable
	if rows := subgroupRows(r.found.Subgroups); len(rows) > 0 {
		text := func(f func(subgroupRow) string) arrow.Array { return texts(each(rows, f)) }
		number := func(f func(subgroupRow) float64) arrow.Array { return numbers(each(rows, f)) }
		fields := []tableField{
			{"outcome", text(func(s subgroupRow) string { return s.Outcome })},
			{"by", text(func(s subgroupRow) string { return s.By })},
			{"level", text(func(s subgroupRow) string { return s.level })},
			{"n", wholes(each(rows, func(s subgroupRow) int64 { return int64(s.effect.Rows) }))},
		}
		fields = append(fields, estimateFields(rows, func(s subgroupRow) stats.Estimate { return s.effect.Estimate })...)
		out = append(out, newTable("subgroups", append(fields,
			tableField{"difference_f", number(func(s subgroupRow) float64 { return s.Test.F })},
			tableField{"difference_df1", number(func(s subgroupRow) float64 { return s.Test.DF1 })},
			tableField{"difference_df2", number(func(s subgroupRow) float64 { return s.Test.DF2 })},
			tableField{"difference_p", number(func(s subgroupRow) float64 { return s.Test.P })})...))
	}
	if rows := r.found.Placebos; len(rows) > 0 {
		name := tableField{"covariate", texts(each(rows, func(p study.Placebo) string { return p.Covariate }))}
		out = append(out, newTable("placebo", append([]tableField{name}, estimateFields(rows, func(p study.Placebo) stats.Estimate { return p.Estimate })...)...))
	}
	if rows := r.found.Sensitivity; len(rows) > 0 {
		out = append(out, sensitivityTable(rows))
	}
	if rows := r.curveRows(); len(rows) > 0 {
		out = append(out, curveTable(rows))
	}
	return out
}

func sensitivityTable(rows []study.Sensitivity) matchTable {
	number := func(f func(study.Sensitivity) float64) arrow.Array { return numbers(each(rows, f)) }
	count := func(f func(study.Sensitivity) int) arrow.Array {
		return wholes(each(rows, func(s study.Sensitivity) int64 { return int64(f(s)) }))
	}
	return newTable("sensitivity",
		tableField{"outcome", texts(each(rows, func(s study.Sensitivity) string { return s.Outcome }))},
		tableField{"rosenbaum_gamma", number(func(s study.Sensitivity) float64 { return s.Gamma })},
		tableField{"pairs", count(func(s study.Sensitivity) int { return s.Pairs })},
		tableField{"oster_delta", number(func(s study.Sensitivity) float64 { return s.Delta })},
		tableField{"oster_r2_max", number(func(s study.Sensitivity) float64 { return s.R2Max })},
		tableField{"clusters_left_out", count(func(s study.Sensitivity) int { return s.Without })},
		tableField{"least_without_one", number(func(s study.Sensitivity) float64 { return s.LeastWithout })},
		tableField{"most_without_one", number(func(s study.Sensitivity) float64 { return s.MostWithout })})
}

func curveTable(rows []curveRow) matchTable {
	text := func(f func(curveRow) string) arrow.Array { return texts(each(rows, f)) }
	fields := []tableField{
		{"outcome", text(func(s curveRow) string { return s.outcome })},
		{"match", text(func(s curveRow) string { return s.Match })},
		{"model", text(func(s curveRow) string { return string(s.Model) })},
	}
	fields = append(fields, estimateFields(rows, func(s curveRow) stats.Estimate { return s.Estimate })...)
	return newTable("specifications", append(fields,
		tableField{"max_smd", numbers(each(rows, func(s curveRow) float64 { return s.MaxSMD }))},
		tableField{"matched", wholes(each(rows, func(s curveRow) int64 { return int64(s.Matched) }))},
		tableField{"asked", wholes(each(rows, func(s curveRow) int64 { return whole64(s.Chosen) }))},
		tableField{"problem", text(func(s curveRow) string { return s.Problem })})...)
}

// printFindings shows what was examined.
func (r matchReport) printFindings(b *strings.Builder) {
	for _, s := range r.found.Subgroups {
		fmt.Fprintf(b, "\nEffects on %s by %s:\n%s\n", s.Outcome, s.By, subgroupsText(s))
	}
	if len(r.found.Placebos) > 0 {
		rows := [][]string{{"Covariate", "Estimate", "Std. Error", "95 % interval", "p"}}
		for _, p := range r.found.Placebos {
			rows = append(rows, append([]string{p.Covariate}, estimateCells(p.Estimate)...))
		}
		fmt.Fprintf(b, "\nPlacebo Outcomes, on which there can be no effect:\n%s\n", layOut(rows, func(column int) bool { return column > 0 }))
	}
	for _, s := range r.found.Sensitivity {
		fmt.Fprintf(b, "\nSensitivity of the Effect on %s:\n%s\n", s.Outcome, sensitivityText(s))
	}
	rows := r.curveRows()
	for _, curve := range r.found.Specifications {
		fmt.Fprintf(b, "\nSpecification Curve of %s:\n%s\n%s, adjusted for covariates.\n",
			curve.Outcome, curveText(rows, curve.Outcome), study.SpreadOf(curve.Specifications, 1-study.Level))
	}
}

func estimateCells(e stats.Estimate) []string {
	low, high := e.Interval(study.Level)
	return []string{significant(e.Value), significant(e.SE), interval(low, high), fixed(e.P())}
}

func subgroupsText(s study.Subgroups) string {
	rows := [][]string{{s.By, "n", "Estimate", "Std. Error", "95 % interval", "p"}}
	for _, e := range s.Effects {
		rows = append(rows, append([]string{e.Level, strconv.Itoa(e.Rows)}, estimateCells(e.Estimate)...))
	}
	text := layOut(rows, func(column int) bool { return column > 0 })
	if len(s.Lacking) > 0 {
		text += "\ntoo few units of an arm: " + strings.Join(s.Lacking, ", ")
	}
	if !math.IsNaN(s.Test.P) {
		text += "\ndifference of the effects: p = " + fixed(s.Test.P)
	}
	return text
}

func sensitivityText(s study.Sensitivity) string {
	rows := [][]string{
		{"Rosenbaum's gamma, of hidden bias that the test of pairs withstands", fixed(s.Gamma)},
		{"Oster's delta, of what unobserved covariates must weigh to undo it", fixed(s.Delta)},
	}
	if s.Without > 0 {
		rows = append(rows, []string{fmt.Sprintf("effects without any one of %d clusters", s.Without), interval(s.LeastWithout, s.MostWithout)})
	}
	return layOut(rows, func(column int) bool { return column > 0 })
}

func curveText(all []curveRow, outcome string) string {
	rows := [][]string{{"Match", "Model", "Estimate", "95 % interval", "p", "Max. SMD", "Matched"}}
	var problems []string
	for _, s := range all {
		switch {
		case s.outcome != outcome:
		case s.Problem != "":
			rows = append(rows, []string{s.Match, string(s.Model), "."})
			problems = append(problems, s.Match+" "+string(s.Model)+": "+s.Problem)
		default:
			low, high := s.Estimate.Interval(study.Level)
			rows = append(rows, []string{
				s.Match, string(s.Model), significant(s.Estimate.Value), interval(low, high), fixed(s.Estimate.P()), fixed(s.MaxSMD), strconv.Itoa(s.Matched),
			})
		}
	}
	text := layOut(rows, func(column int) bool { return column > 1 })
	return strings.Join(append([]string{text}, problems...), "\n")
}
