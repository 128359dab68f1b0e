package disclosure

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
)

// Release is what leaves of some tables, in the form that is kept, so that a
// later one can be judged against it. It holds no true value.
type Release struct {
	Tables []ReleasedTable `json:"tables"`
	// Others are possible values of figures that only earlier releases have, by
	// names of the package's own: with those in the tables they make one table.
	Others map[string]int64 `json:"others,omitempty"`
}

// ReleasedTable is a table as readers get it.
type ReleasedTable struct {
	Name       string         `json:"name"`
	Population string         `json:"population"`
	Person     string         `json:"person"`
	Dimensions []Dimension    `json:"dimensions"`
	Lists      []List         `json:"lists,omitempty"`
	Minimum    int64          `json:"minimum,omitempty"`
	Measure    Measure        `json:"measure"`
	Cells      []ReleasedCell `json:"cells"`
}

// ReleasedCell is a cell as readers get it. Value is the measure's count or
// amount; Share is a rate's, computed from the two as they are shown.
type ReleasedCell struct {
	At     []string `json:"at"`
	People Figure   `json:"people"`
	Value  Figure   `json:"value"`
	Share  string   `json:"share,omitempty"` // such as "0.35" or "≥ 95 %"
}

// Figure is a number as readers get it, with all that they know of it.
type Figure struct {
	Shown  bool   `json:"shown"`
	Number int64  `json:"number"`           // 0 where it is not shown
	Known  Range  `json:"known"`            // what the number or the reason tells
	Level  Level  `json:"level"`            // how wide its feasibility interval must be: for the auditor, never shown
	Rule   Rule   `json:"rule,omitempty"`   // what hid it
	Reason string `json:"reason,omitempty"` // the same, for readers: "fewer than 10 teachers"
	// Possible is a value that it could have, together with those of all others:
	// drawn at random, for the auditor to start from, never shown.
	Possible int64 `json:"possible"`
}

// Protect makes a release of the tables: primary suppression, complementary
// suppression against everything in the tables and in earlier releases,
// rounding, banding, totals and shares from protected counts. It returns an
// error when a table makes no sense, and when a figure cannot be protected. What
// it returns without one has been audited.
func Protect(tables []Table, earlier []Release, t Thresholds) (Release, error) {
	if err := t.Validate(); err != nil {
		return Release{}, fmt.Errorf("thresholds: %w", err)
	}
	out := Release{Tables: make([]ReleasedTable, len(tables))}
	links := newLinks(tables, earlier)
	parts := links.parts(tables)
	shown := make([][]Release, len(parts))
	for i, part := range parts {
		shown[i] = links.related(earlier, tables[part[0]].Population)
	}
	errs, others := make([]error, len(parts)), make([]map[string]int64, len(parts))
	var running sync.WaitGroup
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, part := range parts {
		running.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			own := make([]Table, len(part))
			for k, at := range part {
				own[k] = tables[at]
			}
			a, err := protect(own, shown[i], t)
			if err != nil {
				errs[i] = err
				return
			}
			made := a.release()
			others[i] = made.Others
			for k := range made.Tables {
				out.Tables[part[k]] = made.Tables[k]
			}
		})
	}
	running.Wait()
	for _, o := range others {
		if out.Others == nil {
			out.Others = o
			continue
		}
		maps.Copy(out.Others, o)
	}
	if err := errors.Join(errs...); err != nil {
		return Release{}, err
	}
	return out, nil
}

// protect decides what is hidden. In small tables the reasons alone can tell
// too much (three groups of one to nine that are together fewer than ten); where
// that is so, readers are not told which figures the small ones are.
func protect(tables []Table, earlier []Release, t Thresholds) (*assembly, error) {
	vague := map[int]bool{}
	for {
		a, err := assemble(tables, t)
		if err != nil {
			return nil, err
		}
		if err := a.remember(earlier); err != nil {
			return nil, err
		}
		a.vague = vague
		a.primary()
		unsafe, err := a.complement()
		if err != nil || len(unsafe) == 0 {
			return a, err
		}
		if !a.blur(unsafe) {
			return nil, a.unprotected(unsafe)
		}
	}
}

// blur makes vague what is hidden around figures that cannot be protected, and
// says whether that is more than was.
func (a *assembly) blur(unsafe []int) bool {
	before := len(a.vague)
	for _, b := range a.blocks(a.known, unsafe, nil) {
		for _, q := range b.quantities {
			a.vague[q] = true
		}
	}
	return len(a.vague) > before
}

// release renders the tables as they are shown.
func (a *assembly) release() Release {
	var out Release
	numbers := a.recompute()
	possible := a.wander(func(q int) bool { return !a.figures[q].latent && a.figures[q].state != None })
	for key, q := range a.index {
		if a.unknown[q] {
			if out.Others == nil {
				out.Others = map[string]int64{}
			}
			out.Others[key] = possible[q]
		}
	}
	for _, l := range a.layouts {
		t := l.table
		rt := ReleasedTable{Name: t.Name, Population: t.Population, Person: t.Person, Dimensions: t.Dimensions, Lists: t.Lists, Minimum: t.Minimum, Measure: t.Measure}
		for k := range t.Cells {
			c := ReleasedCell{At: slices.Clone(t.Cells[k].At), People: a.figure(t, l.spots[k].people, numbers)}
			c.People.Possible = possible[l.spots[k].people]
			switch {
			case l.spots[k].value >= 0:
				c.Value = a.figure(t, l.spots[k].value, numbers)
				c.Value.Possible = possible[l.spots[k].value]
			case t.Measure.Kind == Estimates || t.Measure.Kind == Shares:
				c.Value = a.estimate(t, t.Cells[k], c.People)
			}
			c.share(t.Measure, t.Cells[k], a.thresholds)
			rt.Cells = append(rt.Cells, c)
		}
		out.Tables = append(out.Tables, rt)
	}
	return out
}

// figure renders a quantity; numbers are those computed from others.
func (a *assembly) figure(t *Table, q int, numbers map[int]Figure) Figure {
	f := &a.figures[q]
	if f.state != None {
		return Figure{
			Known: a.told(q, f.state), Level: Level{Width: max(f.level.Width, f.level.Below+f.level.Above)},
			Rule: a.reason(q), Reason: a.sentence(t, q),
		}
	}
	if n, ok := numbers[q]; ok {
		return n
	}
	return a.plain(q)
}

// plain is a figure that is shown, rounded on its own.
func (a *assembly) plain(q int) Figure {
	out := Figure{Shown: true, Number: a.truth[q], Known: a.figures[q].shown}
	if a.figures[q].kind != amount {
		out.Number = a.thresholds.Rounding.Round(a.truth[q])
	}
	return out
}

// estimate says whether what is no sum over people is shown; the caller has its
// numbers.
func (a *assembly) estimate(t *Table, c Cell, people Figure) Figure {
	if !people.Shown {
		return Figure{Rule: people.Rule, Reason: people.Reason}
	}
	if why := a.thresholds.of(t).Primary(t.Measure, c); why != None {
		return Figure{Rule: why, Reason: a.thresholds.sentence(why, t.Person, t.Group)}
	}
	return Figure{Shown: true}
}

// recompute adds up the totals whose parts are all shown from those parts, so
// that tables add up and a total tells nothing that its parts do not. Other
// totals are rounded on their own.
func (a *assembly) recompute() map[int]Figure {
	numbers := map[int]Figure{}
	for _, l := range a.layouts {
		families := slices.Clone(l.families)
		slices.SortStableFunc(families, func(x, y *family) int { return y.whole.depth - x.whole.depth })
		for _, f := range families {
			if f.people != Additive {
				continue
			}
			a.sumUp(f, func(s *spot) int { return s.people }, numbers)
			if l.table.Measure.Kind == Rates {
				a.sumUp(f, func(s *spot) int { return s.value }, numbers)
			}
		}
	}
	return numbers
}

func (a *assembly) sumUp(f *family, of func(*spot) int, numbers map[int]Figure) {
	shown := func(q int) bool { return !a.figures[q].latent && a.figures[q].state == None }
	whole := of(f.whole)
	if _, done := numbers[whole]; done || !shown(whole) {
		return
	}
	sum := Figure{Shown: true}
	for _, s := range f.parts {
		part := of(s)
		if !shown(part) {
			return
		}
		n, ok := numbers[part]
		if !ok {
			n = a.plain(part)
		}
		sum.Number += n.Number
		sum.Known = Range{sum.Known.Lo + n.Known.Lo, sum.Known.Hi + n.Known.Hi}
	}
	numbers[whole] = sum
}

// share computes a share from the counts as they are shown.
func (c *ReleasedCell) share(m Measure, cell Cell, t Thresholds) {
	of := cell.People
	n := c.People.Number
	switch {
	case !c.People.Shown || m.Kind != Rates && m.Kind != Shares:
		return
	case m.Kind == Shares:
		of, n = cell.Of, t.Rounding.Round(cell.Of)
		c.Value.Number = t.Rounding.Round(cell.Count)
	}
	switch {
	case c.Value.Shown && n > 0:
		c.Share = fmt.Sprintf("%.2f", float64(c.Value.Number)/float64(n))
	case c.Value.Rule == Banded:
		c.Value.Number = 0
		b, _ := band(t.Bands, t.Rounding.Round(cell.People))
		c.Share = fmt.Sprintf("≤ %g %%", 100*b.Edge)
		if _, high := t.beyond(b, cell.Count, of); high {
			c.Share = fmt.Sprintf("≥ %g %%", 100*(1-b.Edge))
		}
	}
}
