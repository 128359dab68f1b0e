package disclosure

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Table is a table of figures about people, with the true values. Cells of
// different tables are the same cell when the tables' populations are equal and
// so are the categories that the cells name, totals left out: a school's total
// by band is its total by programme. That is how tables are linked.
type Table struct {
	Name       string      `json:"name"`
	Population string      `json:"population"` // who is counted and as of when; equal only for the same people
	Person     string      `json:"person"`     // what a reader calls them, in the plural: "teachers"; "people" if empty
	Group      string      `json:"group"`      // and their groups: "schools"; "groups" if empty
	Dimensions []Dimension `json:"dimensions"`
	Lists      []List      `json:"lists,omitempty"`   // what differs for some cells
	Minimum    int64       `json:"minimum,omitempty"` // people, where the table asks for more than the thresholds do
	Measure    Measure     `json:"measure"`
	Cells      []Cell      `json:"cells"`
}

// List says what differs for the cells that name these dimensions and no other:
// who is counted, and how parts make up the cells above them. A teacher may be
// in several schools over the years, but in one a year.
type List struct {
	Dimensions []string       `json:"dimensions"`           // in the table's order
	Population string         `json:"population,omitempty"` // the table's if empty
	People     map[string]Sum `json:"people,omitempty"`     // by dimension; as the dimension says if not given
	Values     map[string]Sum `json:"values,omitempty"`     // the same for what is measured
}

// Sum is how the figures of a dimension's categories make up those of the
// category above them, as readers know it.
type Sum string

// The sums.
const (
	Additive    Sum = "additive"    // they add up to it
	Overlapping Sum = "overlapping" // they add up to no less, and none exceeds it
	Unrelated   Sum = "unrelated"   // nothing is known
)

// Dimension is a classification with its hierarchy. Each person is in one
// category of a level, unless the dimension is overlapping.
type Dimension struct {
	Name        string            `json:"name"`
	Total       string            `json:"total"`                 // the category that stands for all
	Parents     map[string]string `json:"parents,omitempty"`     // by category, the one above it; Total for those not named
	Overlapping bool              `json:"overlapping,omitempty"` // people may be in several categories
}

// Kind says what a table measures beside people.
type Kind string

// The kinds of measure.
const (
	Counts    Kind = "counts"    // people, nothing else
	Rates     Kind = "rates"     // the share of the people that Count gives
	Amounts   Kind = "amounts"   // a sum over people, or a mean as the sum it comes from
	Shares    Kind = "shares"    // a ratio of counts that are no people, such as answers, judged by its people and near 0 % and 100 %
	Estimates Kind = "estimates" // a model's result, judged by its people and residual degrees of freedom
)

// Measure is what a table tells of its people. Least and Most are what one
// person can contribute to an amount, where readers know it, in the amount's
// unit. OncePerPerson says that a person in several categories of an
// overlapping dimension adds once to the total, as in a mean over people;
// otherwise amounts add up over every dimension, as money does.
type Measure struct {
	Name          string `json:"name"`
	Kind          Kind   `json:"kind"`
	Least         *int64 `json:"least,omitempty"`
	Most          *int64 `json:"most,omitempty"`
	OncePerPerson bool   `json:"once_per_person,omitempty"`
	Rounded       bool   `json:"rounded,omitempty"` // each amount is rounded to the unit, so that sums hold but for that
}

// Cell is one cell with its true values. A combination of categories that has
// no cell has nobody, and readers know it; where that would tell them something
// the caller lists it with no people.
type Cell struct {
	At         []string `json:"at"`          // one category for each dimension
	People     int64    `json:"people"`      // distinct people
	Groups     int64    `json:"groups"`      // distinct groups; 0 where the figure is about one group
	Count      int64    `json:"count"`       // Rates: people of whom it is true; Shares: what the share counts
	Of         int64    `json:"of"`          // Shares: of how many
	Amount     int64    `json:"amount"`      // Amounts: the sum, in the smallest unit shown (cents)
	Largest    []int64  `json:"largest"`     // Amounts: the largest contributions, greatest first, where dominance is to be judged
	ResidualDF int64    `json:"residual_df"` // Estimates: residual degrees of freedom
	Weight     float64  `json:"weight"`      // loss if suppressed; 0 for the default, which grows with people and with totals
}

// parent returns the category above c, and false for the total.
func (d Dimension) parent(c string) (string, bool) {
	if c == d.Total {
		return "", false
	}
	if p, ok := d.Parents[c]; ok {
		return p, true
	}
	return d.Total, true
}

func (d Dimension) validate() error {
	if d.Name == "" || d.Total == "" {
		return errors.New("a dimension needs a name and a total")
	}
	for c := range d.Parents {
		for steps, at, up := 0, c, true; up; steps++ {
			if steps > len(d.Parents)+1 {
				return fmt.Errorf("dimension %s: category %q is above itself", d.Name, c)
			}
			at, up = d.parent(at)
		}
	}
	return nil
}

// validate reports the first thing about a table that makes no sense. Its
// errors name cells, never figures.
func (t *Table) validate() error {
	for _, d := range t.Dimensions {
		if err := d.validate(); err != nil {
			return err
		}
	}
	if !slices.Contains([]Kind{Counts, Rates, Amounts, Shares, Estimates}, t.Measure.Kind) {
		return fmt.Errorf("measure %s: kind %q is unknown", t.Measure.Name, t.Measure.Kind)
	}
	if err := t.validateLists(); err != nil {
		return err
	}
	seen := make(map[string]bool, len(t.Cells))
	for i := range t.Cells {
		c := &t.Cells[i]
		if len(c.At) != len(t.Dimensions) {
			return fmt.Errorf("cell %d: %d categories for %d dimensions", i, len(c.At), len(t.Dimensions))
		}
		key := strings.Join(c.At, "\x1f")
		if seen[key] {
			return fmt.Errorf("cell %s: given twice", t.label(c.At))
		}
		seen[key] = true
		if err := c.validate(t.Measure.Kind); err != nil {
			return fmt.Errorf("cell %s: %w", t.label(c.At), err)
		}
	}
	return nil
}

// validateLists refuses a list of dimensions that the table lacks.
func (t *Table) validateLists() error {
	for _, l := range t.Lists {
		known := 0
		for _, d := range t.Dimensions {
			if known < len(l.Dimensions) && l.Dimensions[known] == d.Name {
				known++
			}
		}
		if known < len(l.Dimensions) {
			return fmt.Errorf("list %s: want dimensions of the table, in its order", strings.Join(l.Dimensions, ", "))
		}
	}
	return nil
}

func (c *Cell) validate(kind Kind) error {
	switch {
	case c.People < 0 || c.Groups < 0 || c.Count < 0 || c.Of < 0 || c.Weight < 0:
		return errors.New("a count or weight is negative")
	case kind == Shares && c.Count > c.Of:
		return errors.New("count exceeds of")
	case kind != Shares && c.Count > c.People:
		return errors.New("count exceeds people")
	case c.People >= Unbounded/8 || c.Amount >= Unbounded/8 || c.Amount <= -Unbounded/8:
		return fmt.Errorf("a figure is not below %d, give it in a larger unit", Unbounded/8)
	case !slices.IsSortedFunc(c.Largest, func(a, b int64) int { return int(min(max(b-a, -1), 1)) }):
		return errors.New("largest contributions are not in falling order")
	}
	return nil
}

// sums returns how people and values of cells of a list make up those above
// them along a dimension.
func (t *Table) sums(l *List, d Dimension) (people, values Sum) {
	m := t.Measure
	people = Additive
	switch {
	case m.Kind == Estimates || m.Kind == Shares: // a table of results need be no partition
		people = Unrelated
	case d.Overlapping:
		people = Overlapping
	}
	if l != nil && l.People[d.Name] != "" {
		people = l.People[d.Name]
	}
	values = people
	if m.Kind == Amounts {
		values = Additive
		if people != Additive && m.OncePerPerson {
			values = Unrelated
			if m.Least != nil && *m.Least >= 0 { // else a part says nothing about the whole
				values = Overlapping
			}
		}
	}
	if l != nil && l.Values[d.Name] != "" {
		values = l.Values[d.Name]
	}
	return people, values
}

// named returns the names of the dimensions of which a cell names a category.
func (t *Table) named(at []string) string {
	var names []string
	for k, d := range t.Dimensions {
		if at[k] != d.Total {
			names = append(names, d.Name)
		}
	}
	return strings.Join(names, listSeparator)
}

const listSeparator = "\x1f"

// label names a cell for people: "school=12, band=0-3".
func (t *Table) label(at []string) string {
	var parts []string
	for k, d := range t.Dimensions {
		if at[k] != d.Total {
			parts = append(parts, d.Name+"="+at[k])
		}
	}
	if len(parts) == 0 {
		return "total"
	}
	return strings.Join(parts, ", ")
}
