package disclosure

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// suppressor adds complementary suppression to an assembly: for each figure
// that is sensitive in itself it looks for tables near the true one in which
// that figure is another, and hides what they would show otherwise. Such tables
// are what the auditor asks for. At the end it shows again what no proof needs.
type suppressor struct {
	*assembly
	walk    *walker
	levels  map[int]Level
	targets []int
	added   []int         // complementary suppressions, as made
	proofs  map[int]proof // by target
	users   map[int][]int // by figure, the targets whose proofs have changed it
}

// complement makes every level hold against everything that is shown. It
// returns the figures for which there is no way to.
func (a *assembly) complement() (unsafe []int, err error) {
	s := &suppressor{assembly: a, levels: a.levels(), proofs: map[int]proof{}}
	for q := range a.figures {
		if _, ok := s.levels[q]; ok {
			s.targets = append(s.targets, q)
		}
	}
	s.walk = a.walker(a.known, slices.Clone(a.truth))
	s.walk.unit = s.typical()
	free := s.walk.price
	s.walk.price, s.walk.moved = s.price, s.follow
	all := true
	for _, q := range s.targets {
		all = s.protect(q) && all
	}
	s.walk.price, s.walk.moved = free, nil
	if all { // else all that could be hidden is, and the auditor has the last word
		s.prune()
	}
	return s.verify()
}

var errUnprotected = errors.New("figures cannot be protected, whatever else is hidden")

// verify lets the auditor judge what the circuits have led to.
func (s *suppressor) verify() (unsafe []int, err error) {
	found, err := s.bound(s.levels, s.proofs)
	for _, i := range found {
		if i.err != nil {
			unsafe = append(unsafe, i.quantity)
		}
	}
	return unsafe, err
}

// unprotected is the error for figures that cannot be protected.
func (a *assembly) unprotected(unsafe []int) error {
	names := make([]string, len(unsafe))
	for i, q := range unsafe {
		names[i] = a.figures[q].name
	}
	return fmt.Errorf("%w: %d of them (%s); earlier releases show too much, or the table has too few cells: coarsen it",
		errUnprotected, len(names), strings.Join(names[:min(len(names), 5)], "; "))
}

// typical is the mean weight of what could be hidden.
func (s *suppressor) typical() float64 {
	sum, n := 0.0, 1.0
	for q := range s.figures {
		if s.hideable(q) {
			sum += s.figures[q].weight
			n++
		}
	}
	return 1 + sum/n
}

// protect hides what it takes to prove one target. Where circuits do not get
// there it hides the nearest figure and tries again; false when none is left.
func (s *suppressor) protect(q int) bool {
	for {
		s.proofs[q] = s.walk.prove(q, s.levels[q])
		if s.levels[q].met(s.proofs[q].inner(q, s.truth[q]), s.truth[q], true) {
			return true
		}
		c := s.nearest(q)
		if c < 0 {
			return false
		}
		s.suppress(c)
	}
}

// nearest is the hideable figure that is fewest sums away from a figure, and
// of those the lightest; -1 if there is none.
func (s *suppressor) nearest(q int) int {
	best := -1
	seen := map[int]bool{q: true}
	for layer := []int{q}; best < 0 && len(layer) > 0; {
		var next []int
		for _, from := range layer {
			for _, at := range s.in[from] {
				for _, t := range s.sums[at.sum] {
					if c := t.quantity; !seen[c] {
						seen[c] = true
						next = append(next, c)
					}
				}
			}
		}
		for _, c := range next {
			if s.hideable(c) && (best < 0 || s.figures[c].weight < s.figures[best].weight) {
				best = c
			}
		}
		layer = next
	}
	return best
}

func (s *suppressor) suppress(c int) {
	s.hide(c, Complementary)
	s.added = append(s.added, c)
}

// price lets a figure change for nothing within what readers know of it, and
// for its weight beyond that if it can be hidden.
func (s *suppressor) price(q int, d int64) (room int64, cost float64) {
	if room = s.walk.room(q, d); room > 0 || !s.hideable(q) {
		return room, 0
	}
	told := s.told(q, Complementary)
	if d > 0 {
		return told.Hi - s.walk.table[q], s.figures[q].weight
	}
	return s.walk.table[q] - told.Lo, s.figures[q].weight
}

// follow hides the figures that a circuit has moved out of what readers know.
func (s *suppressor) follow(changes []change) {
	for _, c := range changes {
		if !s.known[c.quantity].holds(s.walk.table[c.quantity]) {
			s.suppress(c.quantity)
		}
	}
}
