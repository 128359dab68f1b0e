package disclosure

import (
	"maps"
	"slices"
)

// Add adds a later release that was made with this one known. What figures could
// be is then what the later one says, so that it is one table still.
func (r *Release) Add(later Release) {
	possible := maps.Clone(later.Others)
	if possible == nil {
		possible = map[string]int64{}
	}
	for i := range later.Tables {
		later.Tables[i].figures(func(key string, f *Figure) { possible[key] = f.Possible })
	}
	tables := slices.Concat(r.Tables, later.Tables)
	for i := range r.Tables {
		tables[i].Cells = slices.Clone(tables[i].Cells)
		tables[i].figures(func(key string, f *Figure) {
			if v, ok := possible[key]; ok {
				f.Possible = v
			}
		})
	}
	others := maps.Clone(later.Others)
	for key, v := range r.Others {
		if _, ok := possible[key]; !ok {
			if others == nil {
				others = map[string]int64{}
			}
			others[key] = v
		}
	}
	r.Tables, r.Others = tables, others
}

// figures calls f with each figure of a table that is in sums, and its key.
func (t *ReleasedTable) figures(f func(key string, f *Figure)) {
	l := newLayout(&Table{Population: t.Population, Dimensions: t.Dimensions, Lists: t.Lists, Measure: t.Measure})
	valued := t.Measure.Kind == Rates || t.Measure.Kind == Amounts
	for i := range t.Cells {
		c := &t.Cells[i]
		f(l.peopleKey(c.At), &c.People)
		if valued {
			f(l.valueKey(c.At), &c.Value)
		}
	}
}
