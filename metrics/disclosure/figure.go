package disclosure

import (
	"math"
)

// quantityKind says what of a cell a quantity is.
type quantityKind int

const (
	people quantityKind = iota
	count
	amount
	rest // what no table shows: people of whom it is not true, overlaps, cells between the levels
)

// figure is a quantity of the system with what becomes of it.
type figure struct {
	kind    quantityKind
	name    string   // for errors
	prior   Range    // known before, from earlier releases and from what it is
	shown   Range    // what showing it tells
	state   Rule     // why it is hidden, None if it is shown
	minimum int64    // people: the most that a table asks for, 0 for the thresholds' own
	level   Level    // set for figures that are sensitive in themselves
	owed    int64    // the width that earlier releases have promised
	weight  float64  // loss if hidden
	latent  bool     // in no table: never shown
	follows []int    // hidden whenever this one is
	owner   *Measure // for an amount, what one person can add
	people  int      // the cell's number of people
}

// hideable says whether a figure may serve as complementary suppression: it is
// shown, hiding it takes something from readers, and what the reason tells them
// is true of it.
func (a *assembly) hideable(q int) bool {
	f := &a.figures[q]
	if f.latent || f.state != None {
		return false
	}
	hidden := a.told(q, Complementary)
	return hidden.holds(a.truth[q]) && hidden.width() > f.shown.and(f.prior).width()
}

// told is what a reader knows of a figure that is hidden for the reason given:
// the reason itself tells something.
func (a *assembly) told(q int, why Rule) Range {
	f, t := &a.figures[q], &a.thresholds
	out := Range{0, Unbounded}
	switch f.kind {
	case people:
		switch {
		case a.vague[q]:
		case why == TooFewPeople && t.ZerosDisclose:
			out = Range{0, a.least(q) - 1}
		case why == TooFewPeople:
			out = Range{1, a.least(q) - 1}
		case why != None:
			out.Lo = a.least(q)
		}
	case count:
		if why == Banded {
			out = a.bandRange(q)
		}
		out.Hi = min(out.Hi, a.known[f.people].Hi)
	case amount:
		out = a.possible(q)
	case rest:
	}
	return out.and(f.prior)
}

// numbered is the number of people that a figure is about.
func (a *assembly) numbered(q int) int {
	if a.figures[q].kind == people {
		return q
	}
	return a.figures[q].people
}

// least is the fewest people of whom a figure may tell.
func (a *assembly) least(q int) int64 {
	return max(a.thresholds.People, a.figures[a.numbered(q)].minimum)
}

// sentence tells readers of a table why a figure is not there.
func (a *assembly) sentence(t *Table, q int) string {
	own := a.thresholds
	own.People = a.least(q)
	return own.sentence(a.reason(q), t.Person, t.Group)
}

// possible is the range of an amount given what is known of its people.
func (a *assembly) possible(q int) Range {
	f := &a.figures[q]
	n := a.known[f.people]
	out := Range{-Unbounded, Unbounded}
	if f.owner.Least != nil {
		least := *f.owner.Least
		out.Lo = times(least, n.Lo)
		if least < 0 {
			out.Lo = times(least, n.Hi)
		}
	}
	if f.owner.Most != nil {
		most := *f.owner.Most
		out.Hi = times(most, n.Hi)
		if most < 0 {
			out.Hi = times(most, n.Lo)
		}
	}
	return out
}

// times multiplies within what a Range can hold.
func times(each, n int64) int64 {
	v := float64(each) * float64(n)
	return int64(min(max(v, -float64(Unbounded)), float64(Unbounded)))
}

// bandRange is the counts that are shown as the same band as the true one.
func (a *assembly) bandRange(q int) Range {
	t, n, v := &a.thresholds, a.truth[a.figures[q].people], a.truth[q]
	b, _ := band(t.Bands, t.Rounding.Round(n))
	if _, high := t.beyond(b, v, n); high {
		lo := v
		for _, ok := t.beyond(b, lo-1, n); ok; _, ok = t.beyond(b, lo-1, n) {
			lo--
		}
		return Range{lo, Unbounded}
	}
	hi := v
	for ok, _ := t.beyond(b, hi+1, n); ok; ok, _ = t.beyond(b, hi+1, n) {
		hi++
	}
	return Range{0, hi}
}

// reason is what readers are told of a figure's rule.
func (a *assembly) reason(q int) Rule {
	why := a.figures[q].state
	if a.vague[a.numbered(q)] && (why == TooFewPeople || why == Complementary) {
		return Withheld
	}
	return why
}

// required is the protection level of a figure that is sensitive in itself,
// given what its reason tells: a level beyond that would be out of reach.
func (a *assembly) required(q int, why Rule) Level {
	told, v, t := a.told(q, why), a.truth[q], &a.thresholds
	share := int64(math.Ceil(t.Spread * math.Abs(float64(v))))
	if a.figures[q].kind == amount {
		l := Level{Below: min(share, v-told.Lo), Above: min(share, told.Hi-v)}
		l.Width = max(l.Below+l.Above, min(1, told.width()))
		return l
	}
	width := t.Width
	switch {
	case a.figures[q].kind == count:
		width = t.half()
	case why == TooFewGroups:
		width = max(width, share)
	}
	return Level{Width: min(width, told.width())}
}

// hide hides a figure, and with a number of people all that is told of them.
func (a *assembly) hide(q int, why Rule) {
	f := &a.figures[q]
	if f.state != None && f.state != Complementary {
		return
	}
	f.state = why
	a.known[q] = a.told(q, why)
	for _, k := range f.follows {
		if a.figures[k].state == None {
			a.hide(k, why)
			continue
		}
		a.known[k] = a.told(k, a.figures[k].state) // hidden already, but less may be known of it now
	}
}

// show undoes a complementary suppression, and those that followed it.
func (a *assembly) show(q int) {
	f := &a.figures[q]
	f.state = None
	a.known[q] = f.shown.and(f.prior)
	for _, k := range f.follows {
		switch a.figures[k].state {
		case None:
		case Complementary:
			a.show(k)
		default:
			a.known[k] = a.told(k, a.figures[k].state)
		}
	}
}
