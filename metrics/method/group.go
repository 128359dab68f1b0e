package method

import (
	"slices"
	"strings"
)

// breakdown is the name of the pseudo-dimension in a list.
const breakdown = "breakdown"

// Columns returns the columns that a list of dimensions stands for.
func Columns(list []string) []string {
	var out []string
	for _, d := range list {
		if d == breakdown {
			out = append(out, Breakdown...)
		} else {
			out = append(out, d)
		}
	}
	return out
}

// Keys lists all columns of dimensions and breakdown for a SELECT of grouped unit
// rows; those that no list names are NULL.
func (in Input) Keys() string {
	all := in.used()
	var out []string
	for _, c := range slices.Concat(Dimensions, Breakdown) {
		typ := "VARCHAR"
		if c == Breakdown[2] {
			typ = "DOUBLE"
		}
		if slices.Contains(all, c) {
			out = append(out, "CAST("+c+" AS "+typ+") AS "+c)
		} else {
			out = append(out, "CAST(NULL AS "+typ+") AS "+c)
		}
	}
	return strings.Join(out, ", ")
}

// GroupBy writes the GROUP BY clause over all lists of dimensions, each with the
// further columns. It leaves out groups of units that have no value in a
// dimension of the list, so that NULL in a key says "all" and nothing else.
func (in Input) GroupBy(further ...string) string {
	sets := make([]string, len(in.Dimensions))
	for i, list := range in.Dimensions {
		sets[i] = "(" + strings.Join(slices.Concat(Columns(list), further), ", ") + ")"
	}
	var having []string
	for _, c := range in.used() {
		if c != Breakdown[2] {
			having = append(having, "(GROUPING("+c+") = 1 OR "+c+" IS NOT NULL)")
		}
	}
	return "GROUP BY GROUPING SETS (" + strings.Join(sets, ", ") + ") HAVING " + strings.Join(having, " AND ")
}

// SameKeys writes the condition that two relations with Keys agree in them.
func SameKeys(a, b string) string {
	var out []string
	for _, c := range slices.Concat(Dimensions, Breakdown) {
		out = append(out, a+"."+c+" IS NOT DISTINCT FROM "+b+"."+c)
	}
	return strings.Join(out, " AND ")
}

// used lists the columns that any list of dimensions names.
func (in Input) used() []string {
	var out []string
	for _, list := range in.Dimensions {
		for _, c := range Columns(list) {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// People counts distinct people; 0 for a metric about none.
func (in Input) People() string {
	if in.Person == "" {
		return "CAST(0 AS BIGINT)"
	}
	return "count(DISTINCT " + in.Person + ")"
}

// Schools counts distinct schools.
func (in Input) Schools() string {
	if !slices.Contains(in.Columns, "school_id") {
		return "CAST(0 AS BIGINT)"
	}
	return "count(DISTINCT school_id)"
}
