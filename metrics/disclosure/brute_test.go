package disclosure

import (
	"slices"
	"strings"
)

// brute counts out every small table that would have been published as a
// release. It shares no code with the auditor: it knows leaves, sums and
// rounding, and decides of each figure whether it would have looked the same.
type brute struct {
	t      Thresholds
	leaves []bruteLeaf
	checks []bruteCheck
	most   int64 // no leaf is larger
}

type bruteLeaf struct{ figures []int } // the checks that it is part of

// bruteCheck is a released figure as a sum of leaves.
type bruteCheck struct {
	id     string
	figure Figure
	free   bool // a total that is computed from shown parts tells nothing
	people int  // for a count, the check of its people; else -1
	same   int  // a check that must have the same value, or -1
	sum    int64
	last   int // the last leaf in it
	lo, hi int64
}

// newBrute sets up the leaves of releases of tables of counts or rates: leaves
// are people of whom it is true and people of whom it is not.
func newBrute(releases []Release, t Thresholds, most int64) *brute {
	b := &brute{t: t, most: most}
	first := map[string]int{}
	for _, r := range releases {
		for i := range r.Tables {
			b.add(&r.Tables[i], first)
		}
	}
	for k := range b.checks {
		b.checks[k].lo, b.checks[k].hi = Unbounded, -Unbounded
		for i, l := range b.leaves {
			if slices.Contains(l.figures, k) {
				b.checks[k].last = i
			}
		}
	}
	return b
}

func (b *brute) add(t *ReleasedTable, first map[string]int) {
	yes := map[string]int{}
	no := map[string]int{}
	for _, c := range t.Cells {
		if b.atom(t, c.At) {
			key := strings.Join(c.At, ",")
			yes[key] = len(b.leaves)
			b.leaves = append(b.leaves, bruteLeaf{})
			no[key] = yes[key]
			if t.Measure.Kind == Rates {
				no[key] = len(b.leaves)
				b.leaves = append(b.leaves, bruteLeaf{})
			}
		}
	}
	for _, c := range t.Cells {
		people := b.check(brutePlace(c.At, "people"), c.People, -1, first)
		var value int
		if t.Measure.Kind == Rates {
			value = b.check(brutePlace(c.At, t.Measure.Name), c.Value, people, first)
		}
		for _, other := range t.Cells {
			at := strings.Join(other.At, ",")
			if _, ok := yes[at]; !ok || !b.within(t, other.At, c.At) {
				continue
			}
			b.leaves[yes[at]].figures = append(b.leaves[yes[at]].figures, people)
			if t.Measure.Kind == Rates {
				b.leaves[no[at]].figures = append(b.leaves[no[at]].figures, people)
				b.leaves[yes[at]].figures = append(b.leaves[yes[at]].figures, value)
			}
		}
	}
}

// brutePlace names a figure the same in all tables that have it.
func brutePlace(at []string, figure string) string {
	parts := []string{figure}
	for _, c := range at {
		if c != "all" {
			parts = append(parts, c)
		}
	}
	slices.Sort(parts[1:])
	return strings.Join(parts, ",")
}

// atom says whether no other cell is part of one.
func (b *brute) atom(t *ReleasedTable, at []string) bool {
	for _, c := range t.Cells {
		if !slices.Equal(c.At, at) && b.within(t, c.At, at) {
			return false
		}
	}
	return true
}

func (b *brute) within(t *ReleasedTable, at, whole []string) bool {
	for k, d := range t.Dimensions {
		c, ok := at[k], true
		for ok && c != whole[k] {
			c, ok = d.parent(c)
		}
		if !ok {
			return false
		}
	}
	return true
}

func (b *brute) check(id string, f Figure, people int, first map[string]int) int {
	n := len(b.checks)
	c := bruteCheck{id: id, figure: f, people: people, same: -1, free: f.Shown && f.Known != b.rounded(f, people < 0)}
	if at, ok := first[id]; ok {
		c.same = at
	} else {
		first[id] = n
	}
	b.checks = append(b.checks, c)
	return n
}

// rounded is what the number would tell if it was rounded on its own.
func (b *brute) rounded(f Figure, people bool) Range {
	r := Range{Unbounded, -Unbounded}
	for x := range f.Number + 20 {
		if b.t.Rounding.Round(x) == f.Number && (!people || x == 0 || x >= b.t.People) {
			r = Range{min(r.Lo, x), max(r.Hi, x)}
		}
	}
	return r
}

// run counts out all tables and notes what each figure can be.
func (b *brute) run() { b.fill(0) }

func (b *brute) fill(leaf int) {
	if leaf == len(b.leaves) {
		for k := range b.checks {
			c := &b.checks[k]
			c.lo, c.hi = min(c.lo, c.sum), max(c.hi, c.sum)
		}
		return
	}
	for v := range b.most + 1 {
		for _, k := range b.leaves[leaf].figures {
			b.checks[k].sum += v
		}
		if b.plausible(leaf) {
			b.fill(leaf + 1)
		}
		for _, k := range b.leaves[leaf].figures {
			b.checks[k].sum -= v
		}
	}
}

// plausible tests the figures whose last leaf has its value.
func (b *brute) plausible(leaf int) bool {
	for k := range b.checks {
		c := &b.checks[k]
		if c.last == leaf && !b.looks(c, c.sum) {
			return false
		}
		if c.same >= 0 && max(c.last, b.checks[c.same].last) == leaf && c.sum != b.checks[c.same].sum {
			return false
		}
		if c.people >= 0 && max(c.last, b.checks[c.people].last) == leaf && c.sum > b.checks[c.people].sum {
			return false
		}
	}
	return true
}

// looks says whether a figure of value v could have been published so.
func (b *brute) looks(c *bruteCheck, v int64) bool {
	f := c.figure
	switch {
	case c.free:
		return v >= f.Known.Lo && v <= f.Known.Hi
	case f.Shown && c.people < 0:
		return b.t.Rounding.Round(v) == f.Number && (v >= b.t.People || v == 0 && !b.t.ZerosDisclose)
	case f.Shown:
		return b.t.Rounding.Round(v) == f.Number
	case c.people >= 0: // of a hidden count only its people and its band tell
		return f.Rule != Banded || f.Known.holds(v)
	case f.Rule == Withheld:
		return true
	case f.Rule == TooFewPeople:
		return v < b.t.People && (v > 0 || b.t.ZerosDisclose)
	default:
		return v >= b.t.People
	}
}
