package disclosure

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// assembly is the system of some tables, with what is shown and hidden of it.
type assembly struct {
	system
	thresholds Thresholds
	figures    []figure
	index      map[string]int // by key
	related    map[string]bool
	layouts    []*layout    // of the tables to be released
	unknown    map[int]bool // quantities of earlier releases whose true value is not at hand
	vague      map[int]bool // quantities of which readers are not told whether they are sensitive in themselves
}

// slot holds the quantities of a cell: the measure's is -1 where it has none.
type slot struct {
	people, value int
}

// spot is a cell of a table, or one that readers can add up from its cells.
type spot struct {
	at   []string
	cell *Cell // nil for the latter
	slot
	list     *List // what differs for it, nil for nothing
	depth    int
	families []*family // by dimension, nil where it has no parts
}

// family is a cell with its parts along one dimension.
type family struct {
	whole     *spot
	parts     []*spot
	dimension Dimension
	people    Sum
	values    Sum
}

// layout is a table's spots and how they are parts of each other.
type layout struct {
	table    *Table
	released *ReleasedTable // set when the table is one that was released: there is no true value
	spots    []*spot
	lists    map[string]*List // by the names of their dimensions
	index    map[string]*spot
	families []*family
}

func newLayout(t *Table) *layout {
	l := &layout{table: t, index: map[string]*spot{}, lists: map[string]*List{}}
	for i := range t.Lists {
		l.lists[strings.Join(t.Lists[i].Dimensions, listSeparator)] = &t.Lists[i]
	}
	return l
}

// assemble builds the system of the tables.
func assemble(tables []Table, t Thresholds) (*assembly, error) {
	a := newAssembly(t)
	a.tables = true
	for i := range tables {
		if err := tables[i].validate(); err != nil {
			return nil, fmt.Errorf("table %s: %w", tables[i].Name, err)
		}
		l := newLayout(&tables[i])
		if err := a.include(l); err != nil {
			return nil, fmt.Errorf("table %s: %w", tables[i].Name, err)
		}
		a.layouts = append(a.layouts, l)
	}
	return a, nil
}

func newAssembly(t Thresholds) *assembly {
	return &assembly{thresholds: t, index: map[string]int{}, related: map[string]bool{}, unknown: map[int]bool{}}
}

// include adds a table's quantities and sums.
func (a *assembly) include(l *layout) error {
	t := l.table
	for i := range t.Cells {
		l.place(t.Cells[i].At, &t.Cells[i])
	}
	l.close()
	if err := l.group(); err != nil {
		return err
	}
	order := slices.Clone(l.spots) // the deepest first: a sum comes after its parts
	slices.SortStableFunc(order, func(x, y *spot) int { return y.depth - x.depth })
	for _, s := range order {
		if err := a.place(l, s); err != nil {
			return err
		}
	}
	for _, f := range l.families {
		if err := a.relateFamily(l, f); err != nil {
			return err
		}
	}
	return nil
}

func (l *layout) place(at []string, c *Cell) {
	s := &spot{at: at, cell: c, families: make([]*family, len(at)), list: l.lists[l.table.named(at)]}
	for k, d := range l.table.Dimensions {
		for p, ok := d.parent(at[k]); ok; p, ok = d.parent(p) {
			s.depth++
		}
	}
	l.spots = append(l.spots, s)
	l.index[strings.Join(at, "\x1f")] = s
}

// above returns the cell that a spot is part of along dimension k.
func (l *layout) above(s *spot, k int) ([]string, bool) {
	p, ok := l.table.Dimensions[k].parent(s.at[k])
	if !ok {
		return nil, false
	}
	at := slices.Clone(s.at)
	at[k] = p
	return at, true
}

// close adds the sums that the table does not show but readers can make.
func (l *layout) close() {
	for i := 0; i < len(l.spots); i++ { //nolint:intrange // the list grows on the way
		for k, d := range l.table.Dimensions {
			at, ok := l.above(l.spots[i], k)
			if !ok || l.index[strings.Join(at, "\x1f")] != nil {
				continue
			}
			if people, _ := l.table.sums(l.spots[i].list, d); people == Additive {
				l.place(at, nil)
			}
		}
	}
}

// group finds the families: what readers know to add up.
func (l *layout) group() error {
	for _, s := range l.spots {
		for k, d := range l.table.Dimensions {
			at, ok := l.above(s, k)
			people, values := l.table.sums(s.list, d)
			if !ok || people == Unrelated && values == Unrelated {
				continue
			}
			whole := l.index[strings.Join(at, "\x1f")]
			if whole == nil {
				if d.Parents[s.at[k]] != "" {
					return fmt.Errorf("cell %s: the table has none for %s=%s above it, which an overlapping dimension needs",
						l.table.label(s.at), d.Name, at[k])
				}
				continue
			}
			if whole.families[k] == nil {
				whole.families[k] = &family{whole: whole, dimension: d, people: people, values: values}
				l.families = append(l.families, whole.families[k])
			}
			whole.families[k].parts = append(whole.families[k].parts, s)
		}
	}
	return nil
}

// key identifies a quantity across tables.
func (l *layout) key(kind string, at []string) string {
	population := l.table.Population
	if own := l.lists[l.table.named(at)]; own != nil && own.Population != "" {
		population = own.Population
	}
	parts := []string{kind, population}
	for k, d := range l.table.Dimensions {
		if at[k] != d.Total {
			parts = append(parts, d.Name+"\x1e"+at[k])
		}
	}
	slices.Sort(parts[2:])
	return strings.Join(parts, "\x1f")
}

func (l *layout) peopleKey(at []string) string { return l.key("people", at) }

func (l *layout) valueKey(at []string) string {
	return l.key(string(l.table.Measure.Kind)+"\x1e"+l.table.Measure.Name, at)
}

// place makes the quantities of a spot, or finds those of a linked table.
func (a *assembly) place(l *layout, s *spot) error {
	truth := a.truths(l, s)
	m := &l.table.Measure
	f := figure{name: l.table.label(s.at), latent: s.cell == nil || l.released != nil, prior: Range{0, Unbounded}, minimum: l.table.Minimum}
	value := f
	value.owner = m
	if s.cell != nil {
		f.weight = loss(l.table, s.cell)
		value.weight = f.weight
		f.shown = a.thresholds.Rounding.Known(truth.People)
	}
	var err error
	if s.people, err = a.quantity(l, l.peopleKey(s.at), f, truth.People); err != nil {
		return err
	}
	a.raise(s.people, s.cell)
	s.value = -1
	value.people = s.people
	v := truth.Count
	switch m.Kind {
	case Rates:
		value.kind, value.shown = count, a.thresholds.Rounding.Known(truth.Count)
	case Amounts:
		v = truth.Amount
		value.kind, value.prior, value.shown = amount, Range{-Unbounded, Unbounded}, Range{v, v}
	default:
		return nil
	}
	s.value, err = a.quantity(l, l.valueKey(s.at), value, v)
	return err
}

// raise notes that a number of people is shown only where there are enough.
func (a *assembly) raise(q int, c *Cell) {
	f := &a.figures[q]
	if c == nil || f.latent {
		return
	}
	f.shown.Lo = max(f.shown.Lo, min(a.least(q), a.truth[q]))
	a.known[q] = f.shown.and(f.prior)
}

// quantity returns the quantity with the key, new or shared.
func (a *assembly) quantity(l *layout, key string, f figure, truth int64) (int, error) {
	q, ok := a.index[key]
	if !ok {
		return a.create(l, key, f, truth), nil
	}
	f.minimum = max(f.minimum, a.figures[q].minimum)
	a.figures[q].minimum = f.minimum
	if l.released != nil {
		return q, nil
	}
	if a.truth[q] != truth {
		return 0, fmt.Errorf("cell %s: another table of the same population gives another figure", f.name)
	}
	if a.figures[q].latent && !f.latent {
		f.follows = a.figures[q].follows
		a.figures[q] = f
		a.known[q] = f.shown.and(f.prior)
	}
	return q, nil
}

// create makes a new quantity. Of people of whom something is true, those of
// whom it is not are one as well.
func (a *assembly) create(l *layout, key string, f figure, truth int64) int {
	known := f.shown.and(f.prior)
	if f.latent {
		known = f.prior
	}
	q := a.add(known, truth)
	a.figures = append(a.figures, f)
	a.index[key] = q
	a.unknown[q] = l.released != nil
	if f.kind == count || f.kind == amount {
		a.figures[f.people].follows = append(a.figures[f.people].follows, q)
	}
	if f.kind == count {
		no := a.slack(l, a.truth[f.people]-truth)
		a.relate(term{q, 1}, term{no, 1}, term{f.people, -1})
	}
	return q
}

// truths returns the true values of a spot; where no cell has them, they are
// the sum of the parts along a dimension that does not overlap.
func (a *assembly) truths(l *layout, s *spot) Cell {
	if s.cell != nil {
		return *s.cell
	}
	var sum Cell
	at := slices.IndexFunc(s.families, func(f *family) bool { return f != nil && f.people == Additive })
	for _, part := range s.families[at].parts {
		sum.People += a.truth[part.people]
		switch l.table.Measure.Kind {
		case Rates:
			sum.Count += a.truth[part.value]
		case Amounts:
			sum.Amount += a.truth[part.value]
		default:
		}
	}
	return sum
}

// loss is the weight of a cell: more for more people, and more for totals,
// since readers look at those first.
func loss(t *Table, c *Cell) float64 {
	if c.Weight > 0 {
		return c.Weight
	}
	totals := 1.0
	for k, d := range t.Dimensions {
		if c.At[k] == d.Total {
			totals++
		}
	}
	return totals * (1 + math.Log1p(float64(c.People)))
}
