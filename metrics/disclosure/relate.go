package disclosure

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// relateFamily relates the people, and what is told of them, of a cell and its parts.
func (a *assembly) relateFamily(l *layout, f *family) error {
	pick := func(of func(*spot) int) (int, []int) {
		var parts []int
		for _, p := range f.parts {
			parts = append(parts, of(p))
		}
		return of(f.whole), parts
	}
	whole, parts := pick(func(s *spot) int { return s.people })
	if err := a.compose(l, f, whole, parts, f.people, false); err != nil {
		return err
	}
	if f.whole.value < 0 {
		return nil
	}
	whole, parts = pick(func(s *spot) int { return s.value })
	return a.compose(l, f, whole, parts, f.values, l.table.Measure.Rounded)
}

// compose relates a whole to its parts: it is their sum, or, where they overlap, no
// more than that and no less than each. Where each is rounded the sum holds but
// for half a unit for each.
func (a *assembly) compose(l *layout, f *family, whole int, parts []int, how Sum, rounded bool) error {
	if how == Unrelated {
		return nil
	}
	sum := int64(0)
	terms := make([]term, 0, len(parts)+2)
	for _, p := range parts {
		sum += a.truth[p]
		terms = append(terms, term{p, 1})
	}
	terms = append(terms, term{whole, -1})
	if a.repeated(terms) {
		return nil
	}
	if how == Additive {
		if off, most := sum-a.truth[whole], int64(len(parts)+2)/2; rounded && (l.released != nil || -most <= off && off <= most) {
			e := a.slack(l, off)
			a.known[e], a.figures[e].prior = Range{-most, most}, Range{-most, most}
			a.relate(append(terms, term{e, -1})...)
			return nil
		}
		if l.released == nil && sum != a.truth[whole] {
			return fmt.Errorf("cell %s: its parts by %s do not add up to it; list the missing cells, or declare the dimension overlapping",
				l.table.label(f.whole.at), f.dimension.Name)
		}
		a.relate(terms...)
		return nil
	}
	twice := a.slack(l, sum-a.truth[whole])
	a.relate(append(terms, term{twice, -1})...)
	for _, p := range parts {
		other := a.slack(l, a.truth[whole]-a.truth[p])
		a.relate(term{p, 1}, term{other, 1}, term{whole, -1})
	}
	wider := func(q int) bool { return a.truth[q] > a.truth[whole] }
	if l.released == nil && (slices.ContainsFunc(parts, wider) || sum < a.truth[whole]) {
		return fmt.Errorf("cell %s: its parts by %s cannot overlap to it", l.table.label(f.whole.at), f.dimension.Name)
	}
	return nil
}

// slack adds a number that nobody shows and that is not negative.
func (a *assembly) slack(l *layout, truth int64) int {
	a.figures = append(a.figures, figure{kind: rest, prior: Range{0, Unbounded}, latent: true})
	q := a.add(Range{0, Unbounded}, truth)
	a.unknown[q] = l.released != nil
	return q
}

// repeated says whether a linked table gave the same sum.
func (a *assembly) repeated(terms []term) bool {
	ids := make([]string, len(terms))
	for i, t := range terms {
		ids[i] = strconv.Itoa(4*t.quantity + int(t.sign))
	}
	slices.Sort(ids)
	key := strings.Join(ids, ",")
	if a.related[key] {
		return true
	}
	a.related[key] = true
	return false
}
