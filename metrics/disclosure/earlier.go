package disclosure

import (
	"errors"
	"fmt"
	"slices"
)

// remember adds earlier releases to what readers know. Figures that only they
// have are given values that agree with them: any will do to argue from.
func (a *assembly) remember(earlier []Release) error {
	for _, r := range earlier {
		for k := range r.Tables {
			if err := a.recall(&r.Tables[k]); err != nil {
				return fmt.Errorf("earlier table %s: %w", r.Tables[k].Name, err)
			}
		}
	}
	return a.reconcile()
}

// recall adds a released table.
func (a *assembly) recall(t *ReleasedTable) error {
	plain := &Table{Name: t.Name, Population: t.Population, Person: t.Person, Dimensions: t.Dimensions, Lists: t.Lists, Minimum: t.Minimum, Measure: t.Measure}
	for i := range t.Cells {
		c := Cell{At: t.Cells[i].At, People: t.Cells[i].People.Possible}
		switch v := t.Cells[i].Value.Possible; t.Measure.Kind {
		case Rates:
			c.Count = v
		case Amounts:
			c.Amount = v
		default:
		}
		plain.Cells = append(plain.Cells, c)
	}
	if err := plain.validate(); err != nil {
		return err
	}
	l := newLayout(plain)
	l.released = t
	if err := a.include(l); err != nil {
		return err
	}
	if !a.tables {
		a.layouts = append(a.layouts, l)
	}
	for i := range t.Cells {
		s := l.spots[i]
		if err := a.learn(s.people, t.Cells[i].People); err != nil {
			return err
		}
		if s.value >= 0 {
			if err := a.learn(s.value, t.Cells[i].Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// learn narrows a quantity to what a figure tells of it.
func (a *assembly) learn(q int, f Figure) error {
	a.figures[q].owed = max(a.figures[q].owed, f.Level.Width)
	prior := &a.figures[q].prior
	*prior = prior.and(f.Known)
	a.known[q] = a.known[q].and(f.Known)
	known := a.tables && !a.unknown[q]
	if prior.Lo > prior.Hi || known && !prior.holds(a.truth[q]) {
		return fmt.Errorf("cell %s: an earlier release of the same population shows another figure; give changed data a population of its own",
			a.figures[q].name)
	}
	return nil
}

// reconcile gives values to the quantities that have none.
func (a *assembly) reconcile() error {
	fixed := make([]Range, len(a.known))
	var open []int
	for q, r := range a.known {
		fixed[q] = Range{a.truth[q], a.truth[q]}
		if a.unknown[q] {
			fixed[q] = r
			open = append(open, q)
		}
	}
	if len(open) == 0 {
		return nil
	}
	fixed, err := a.propagate(fixed)
	if err != nil {
		return fmt.Errorf("earlier releases contradict the tables: %w", err)
	}
	for q, r := range fixed {
		a.truth[q] = min(max(a.truth[q], r.Lo), r.Hi)
	}
	open = slices.DeleteFunc(open, func(q int) bool { return fixed[q].width() == 0 })
	for _, b := range a.blocks(fixed, open, nil) {
		table, _, err := b.find()
		if err != nil {
			return fmt.Errorf("earlier releases and the tables: %w", err)
		}
		if table == nil {
			return errors.New("earlier releases and the tables: no whole-number table that agrees with both was found")
		}
		for j, q := range b.quantities {
			a.truth[q] = table[j]
		}
	}
	return nil
}
