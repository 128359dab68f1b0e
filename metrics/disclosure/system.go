package disclosure

import (
	"fmt"
	"slices"
)

// Unbounded stands for "no limit is known" in a Range. It is also the limit of
// figures: up to it every whole number has its own float64.
const Unbounded int64 = 1 << 53

// Range is what a reader can tell of a figure: it lies from Lo to Hi, both
// included.
type Range struct {
	Lo int64 `json:"lo"`
	Hi int64 `json:"hi"`
}

func (r Range) width() int64 {
	if r.Lo <= -Unbounded || r.Hi >= Unbounded {
		return Unbounded
	}
	return r.Hi - r.Lo
}

func (r Range) and(o Range) Range { return Range{max(r.Lo, o.Lo), min(r.Hi, o.Hi)} }

func (r Range) holds(v int64) bool { return r.Lo <= v && v <= r.Hi }

// Level is a protection level: how wide the feasibility interval of a
// suppressed figure must be. Width is the sliding level; Below and Above are
// distances from the true value and count only where that is known (Fischetti
// and Salazar, Solving the cell suppression problem on tabular data with linear
// constraints, Management Science 47, 2001, section 2).
type Level struct {
	Width int64 `json:"width"`
	Below int64 `json:"below,omitempty"`
	Above int64 `json:"above,omitempty"`
}

func (l Level) needed() bool { return l.Width > 0 || l.Below > 0 || l.Above > 0 }

// term is a quantity in an equation, with coefficient 1 or -1.
type term struct {
	quantity int
	sign     int64
}

// place is a sum that a quantity is in, and its coefficient there.
type place struct {
	sum  int
	sign int64
}

// system is what a reader of releases knows: quantities with ranges, and sums
// that are zero. Nothing in it says which quantity is secret.
type system struct {
	known  []Range
	truth  []int64
	tables bool // truth holds the true values
	glance bool // judge large parts without linear programs
	sums   [][]term
	in     [][]place // by quantity, where it is
}

// add appends a quantity and returns its index.
func (s *system) add(known Range, truth int64) int {
	s.known = append(s.known, known)
	s.truth = append(s.truth, truth)
	s.in = append(s.in, nil)
	return len(s.known) - 1
}

// relate states that the terms add up to zero.
func (s *system) relate(terms ...term) {
	for _, t := range terms {
		s.in[t.quantity] = append(s.in[t.quantity], place{len(s.sums), t.sign})
	}
	s.sums = append(s.sums, terms)
}

// total is the sum of the terms' lower or upper ends: the finite part, and how
// many terms have no end.
type total struct {
	finite int64
	open   int
}

func (t *total) plus(end int64, sign int64) {
	if end <= -Unbounded || end >= Unbounded {
		t.open++
		return
	}
	t.finite += sign * end
}

// rest is the total without one of its ends, and false if it has no end.
func (t *total) rest(end int64, sign int64) (int64, bool) {
	if end <= -Unbounded || end >= Unbounded {
		return t.finite, t.open == 1
	}
	return t.finite - sign*end, t.open == 0
}

// ends returns the least and the greatest value of a sum.
func ends(terms []term, known []Range) (least, most total) {
	for _, t := range terms {
		r := known[t.quantity]
		if t.sign > 0 {
			least.plus(r.Lo, 1)
			most.plus(r.Hi, 1)
		} else {
			least.plus(r.Hi, -1)
			most.plus(r.Lo, -1)
		}
	}
	return least, most
}

// implied is the range that a sum of zero leaves to one of its terms.
func implied(t term, own Range, least, most total) Range {
	near, far := own.Lo, own.Hi
	if t.sign < 0 {
		near, far = far, near
	}
	out := Range{-Unbounded, Unbounded}
	if v, ok := least.rest(near, t.sign); ok { // sign*x is at most -v
		if t.sign > 0 {
			out.Hi = -v
		} else {
			out.Lo = v
		}
	}
	if v, ok := most.rest(far, t.sign); ok { // and at least -v
		if t.sign > 0 {
			out.Lo = -v
		} else {
			out.Hi = v
		}
	}
	return out
}

// propagate narrows ranges by each sum alone, again and again, until nothing
// changes or each sum had its turns; what it finds is exact for whole numbers,
// if not always all that can be found. It returns an error when no table agrees
// with what is known.
func (s *system) propagate(known []Range) ([]Range, error) {
	const turns = 30
	known = slices.Clone(known)
	queue := make([]int, 0, len(s.sums))
	waiting := make([]bool, len(s.sums))
	for i := range s.sums {
		queue, waiting[i] = append(queue, i), true
	}
	for visits := 0; len(queue) > 0 && visits < turns*len(s.sums); visits++ {
		i := queue[0]
		queue = queue[1:]
		waiting[i] = false
		least, most := ends(s.sums[i], known)
		for _, t := range s.sums[i] {
			own := known[t.quantity]
			narrow := own.and(implied(t, own, least, most))
			if narrow == own {
				continue
			}
			if narrow.Lo > narrow.Hi {
				return nil, fmt.Errorf("%w: quantity %d", errInfeasible, t.quantity)
			}
			known[t.quantity] = narrow
			for _, k := range s.in[t.quantity] {
				if !waiting[k.sum] && k.sum != i {
					queue, waiting[k.sum] = append(queue, k.sum), true
				}
			}
		}
	}
	return known, nil
}
