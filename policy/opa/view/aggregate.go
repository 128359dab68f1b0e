package view

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// figures renders the columns of an aggregate: its groups, the number of
// people in each, and means over the group's rows.
func (s Source) figures(f *Fragment, a *policy.Aggregate) error {
	if len(a.By) == 0 || a.Minimum < 1 {
		return fmt.Errorf("figures on %s need groups and a minimum", s.Dataset.Name)
	}
	for _, name := range append(append([]string{a.Person}, a.By...), a.Means...) {
		if _, ok := s.Dataset.Column(name); !ok {
			return fmt.Errorf("%s has no column %s", s.Dataset.Name, name)
		}
	}
	for _, name := range a.By {
		f.text(field(row, name) + " AS " + ident(name) + ", ")
	}
	f.text(people(a) + " AS " + ident(a.Count))
	for _, name := range a.Means {
		// A mean is over those with a value: they must be enough as well.
		f.text(", CASE WHEN " + function("count") + "(DISTINCT " + field(row, a.Person) + ") FILTER (WHERE " +
			field(row, name) + " IS NOT NULL) >= " + strconv.Itoa(a.Minimum) +
			" THEN " + function("avg") + "(" + field(row, name) + ") END AS " + ident(policy.MeanPrefix+name))
	}
	return nil
}

// group renders the groups of an aggregate and the minimum of people in each.
func (s Source) group(f *Fragment, a *policy.Aggregate) {
	by := make([]string, len(a.By))
	for i, name := range a.By {
		by[i] = field(row, name)
	}
	f.text(" GROUP BY " + strings.Join(by, ", ") + " HAVING " + people(a) + " >= " + strconv.Itoa(a.Minimum))
}

// people renders the number of distinct people.
func people(a *policy.Aggregate) string {
	return function("count") + "(DISTINCT " + field(row, a.Person) + ")"
}
