package disclosure

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// everything is the category of the sheets' totals; no key or word is so called.
const everything = "*"

// sheet is a table made of rows of a metric: all, or, where every row names a
// category of the first dimension (a district), those of one, as there is no
// total over them.
type sheet struct {
	table Table
	rows  []int // by cell, the place of its row
	scale float64
	shown []Shown // of all the metric's rows
	index map[string]int
	lists map[string]*List
}

// sheets makes tables of a metric's rows.
func (m *Metric) sheets() ([]*sheet, error) {
	columns, apart := m.columns()
	kind, scale := m.measure()
	var out []*sheet
	found := map[string]*sheet{}
	for i := range m.Rows {
		r := &m.Rows[i]
		if len(r.At) != len(m.Dimensions) {
			return nil, fmt.Errorf("row %d: %d categories for %d dimensions", i, len(r.At), len(m.Dimensions))
		}
		name := m.Name
		if apart {
			name += " " + m.Dimensions[0] + "=" + r.At[0]
		}
		s := found[name]
		if s == nil {
			s = &sheet{scale: scale, index: map[string]int{}, lists: map[string]*List{}}
			s.table = Table{
				Name: name, Population: name, Person: m.Person, Group: m.Group, Minimum: m.Minimum,
				Dimensions: columns, Measure: Measure{Name: m.Name, Kind: kind},
			}
			found[name], out = s, append(out, s)
		}
		if err := s.take(m, r, i); err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
	}
	for _, s := range out {
		s.relate()
	}
	return out, nil
}

// columns are the dimensions of a metric's tables, breakdowns among them, and
// whether there is a table for each category of the first.
func (m *Metric) columns() (columns []Dimension, apart bool) {
	apart = len(m.Dimensions) > 0 && !slices.ContainsFunc(m.Rows, func(r MetricRow) bool { return len(r.At) > 0 && r.At[0] == "" })
	for k, d := range m.Dimensions {
		if k > 0 || !apart {
			columns = append(columns, Dimension{Name: d, Total: everything})
		}
	}
	for i := range m.Rows {
		d := Dimension{Name: "breakdown=" + m.Rows[i].Breakdown, Total: everything}
		if m.Rows[i].Breakdown != "" && !slices.ContainsFunc(columns, func(o Dimension) bool { return o.Name == d.Name }) {
			columns = append(columns, d)
		}
	}
	return columns, apart
}

// measure says what the tables measure, and by what amounts are multiplied to
// be whole numbers: a ten-thousandth is the unit, or more for large amounts.
func (m *Metric) measure() (Kind, float64) {
	var largest float64
	people := true
	for i := range m.Rows {
		largest = max(largest, math.Abs(m.Rows[i].Numerator))
		people = people && m.Rows[i].Denominator == float64(m.Rows[i].People)
	}
	scale := 1e4
	for scale > 1e-6 && largest*scale >= float64(Unbounded/16) {
		scale /= 10
	}
	switch {
	case m.Kind == MetricRate && people:
		return Rates, 1
	case m.Kind == MetricRate || m.Kind == MetricShare:
		return Shares, 1
	case m.Kind == MetricAmount:
		return Amounts, scale
	default:
		return Estimates, 1
	}
}

// take adds a row as a cell.
func (s *sheet) take(m *Metric, r *MetricRow, place int) error {
	c := Cell{People: r.People, Groups: r.Groups, ResidualDF: math.MaxInt64}
	if r.ResidualDF != nil {
		c.ResidualDF = *r.ResidualDF
	}
	switch s.table.Measure.Kind {
	case Rates, Shares:
		if math.IsNaN(r.Numerator) || math.IsNaN(r.Denominator) {
			return fmt.Errorf("a %s needs numerator and denominator", m.Kind)
		}
		c.Count, c.Of = int64(math.Round(r.Numerator)), int64(math.Round(r.Denominator))
	case Amounts:
		if math.IsNaN(r.Numerator) {
			return fmt.Errorf("an %s needs its sum as numerator", m.Kind)
		}
		c.Amount = int64(math.Round(r.Numerator * s.scale))
		for _, v := range r.Largest {
			c.Largest = append(c.Largest, int64(math.Round(v*s.scale)))
		}
	case Counts, Estimates:
	}
	names := m.names(r)
	for _, d := range s.table.Dimensions {
		category := everything
		if k := slices.Index(m.Dimensions, d.Name); k >= 0 && r.At[k] != "" {
			category = r.At[k]
		}
		if d.Name == "breakdown="+r.Breakdown {
			category = r.Category
		}
		c.At = append(c.At, category)
	}
	if key := s.table.named(c.At); s.lists[key] == nil {
		l := &List{Population: m.Populations[strings.Join(names, ",")], People: map[string]Sum{}, Values: map[string]Sum{}}
		if key != "" {
			l.Dimensions = strings.Split(key, listSeparator)
		}
		if l.Population != "" { // rows of the same list in another sheet are other people
			l.Population += strings.TrimPrefix(s.table.Name, m.Name)
		}
		s.lists[key] = l
	}
	s.index[strings.Join(c.At, "\x1f")] = len(s.rows)
	s.table.Cells = append(s.table.Cells, c)
	s.rows = append(s.rows, place)
	return nil
}

// names lists the dimensions that a row names, in the metric's order.
func (m *Metric) names(r *MetricRow) []string {
	var names []string
	for k, d := range m.Dimensions {
		if r.At[k] != "" {
			names = append(names, d)
		}
	}
	if r.Breakdown != "" {
		names = append(names, "breakdown="+r.Breakdown)
	}
	return names
}

// parts is what the categories of a dimension make of the cell above them.
type parts struct{ people, value, mostPeople, mostValue, n int64 }

// along is what parts of a list are along a dimension.
type along struct{ list, dimension string }

// measured is what a cell's measure adds up.
func (s *sheet) measured(cell int) int64 {
	if s.table.Measure.Kind == Amounts {
		return s.table.Cells[cell].Amount
	}
	return s.table.Cells[cell].Count
}

// gather adds up the cells under each cell, by what the cells name and what
// those above do not.
func (s *sheet) gather() map[along]map[int]*parts {
	out := map[along]map[int]*parts{}
	for i := range s.table.Cells {
		c := &s.table.Cells[i]
		for k, d := range s.table.Dimensions {
			whole, ok := s.above(c.At, k)
			if !ok {
				continue
			}
			at := along{s.table.named(c.At), d.Name}
			if out[at] == nil {
				out[at] = map[int]*parts{}
			}
			p := out[at][whole]
			if p == nil {
				p = &parts{}
				out[at][whole] = p
			}
			v := s.measured(i)
			p.people, p.value, p.n = p.people+c.People, p.value+v, p.n+1
			p.mostPeople, p.mostValue = max(p.mostPeople, c.People), max(p.mostValue, v)
		}
	}
	return out
}

// relate works out how the cells of each list make up those with one dimension
// less.
func (s *sheet) relate() {
	made := s.gather()
	for _, key := range s.keys() {
		l := s.lists[key]
		for _, d := range l.Dimensions {
			l.People[d], l.Values[d] = s.composed(made[along{key, d}])
		}
		s.table.Lists = append(s.table.Lists, *l)
	}
}

// composed says in which ways all parts make up their wholes: people, and what
// is measured of them.
func (s *sheet) composed(made map[int]*parts) (people, values Sum) {
	if len(made) == 0 {
		return Unrelated, Unrelated
	}
	people, values = Additive, Additive
	amounts := s.table.Measure.Kind == Amounts
	for whole, p := range made {
		off := int64(0)
		if amounts { // each may be rounded
			off = (p.n + 2) / 2
		}
		v := s.measured(whole)
		how := composed(p.value, p.mostValue, v, off)
		s.table.Measure.Rounded = s.table.Measure.Rounded || how == Additive && p.value != v
		people, values = weaker(people, composed(p.people, p.mostPeople, s.table.Cells[whole].People, 0)), weaker(values, how)
	}
	switch {
	case amounts && values == Overlapping: // which amounts, that may be negative, do not tell
		values = Unrelated
	case s.table.Measure.Kind == Rates:
		people = weaker(people, values)
		values = people
	case !amounts:
		values = Unrelated
	}
	return people, values
}

// keys are the lists' keys in the order of their first rows.
func (s *sheet) keys() []string {
	var out []string
	for i := range s.table.Cells {
		if key := s.table.named(s.table.Cells[i].At); !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

// above is the cell that one is part of along a dimension, if there is a row
// for it.
func (s *sheet) above(at []string, k int) (int, bool) {
	if at[k] == everything {
		return 0, false
	}
	up := slices.Clone(at)
	up[k] = everything
	cell, ok := s.index[strings.Join(up, "\x1f")]
	return cell, ok
}

// composed says in which way parts make up a whole.
func composed(sum, most, whole, off int64) Sum {
	switch {
	case max(sum-whole, whole-sum) <= off:
		return Additive
	case most <= whole && whole <= sum:
		return Overlapping
	}
	return Unrelated
}

// weaker is the one of two that says less.
func weaker(a, b Sum) Sum {
	for _, s := range []Sum{Unrelated, Overlapping} {
		if a == s || b == s {
			return s
		}
	}
	return Additive
}
