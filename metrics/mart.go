package metrics

import (
	"slices"
	"strings"
)

// Tidy is the relation that has every value, a part of it in each mart.
const Tidy = "metric_value"

// Wide are the columns that a metric has in its family's relation: its id, and its
// id with these words.
var Wide = []string{"", "_low", "_high", "_n", "_shown"}

// studies begins the names of the relations that studies have in marts.
const studies = "study"

// martPrefix begins the names of the compartments that marts are.
const martPrefix = "mart_"

// Marts lists the compartments that marts may be, in the order in which they are
// put under disclosure control: each names what it may be made from; core is in
// all of them.
func Marts() []string {
	return []string{
		"mart_core", "mart_evaluative", "mart_students", "mart_evaluative_students", "mart_formative",
		"mart_formative_evaluative", "mart_formative_students", "mart_formative_evaluative_students",
	}
}

// parts are the compartments that a mart's name may tell, in its order.
var parts = []string{"formative", "evaluative", "students"}

// MartOf names the mart for values that are made from some compartments and
// carry some tags. A tag demands its compartment even where the data lies in
// core, as coaches' assignments do: what evaluators attach holds none of it.
func MartOf(compartments, tags []string) string {
	var named []string
	for _, part := range parts {
		demanded := slices.ContainsFunc(tags, func(t string) bool { return demand[t] == part })
		if demanded || slices.Contains(compartments, part) {
			named = append(named, part)
		}
	}
	return martOf(named)
}

// demand is the compartment that a tag belongs to.
var demand = map[string]string{
	"coaching": "formative", "pd_engagement": "formative", "skill_assessment": "formative",
	"evaluation": "evaluative", "student_record": "students",
}

func martOf(named []string) string {
	if len(named) == 0 {
		return martPrefix + "core"
	}
	return martPrefix + strings.Join(named, "_")
}

// MartParts lists the compartments that a mart's name tells, core left out.
func MartParts(mart string) []string {
	rest := strings.TrimPrefix(mart, martPrefix)
	return slices.DeleteFunc(strings.Split(rest, "_"), func(p string) bool { return p == "core" })
}
