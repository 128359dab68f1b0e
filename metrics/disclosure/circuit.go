package disclosure

import (
	"math/rand/v2"
	"slices"
)

// walker changes a table step by step into others that agree with what is
// known. Each step is a circuit: quantities that go up or down by the same
// amount so that all sums stay (in a two-way table the corners of a rectangle,
// in a three-way table those of a box: the hypercubes of the handbook, section
// 4.4.2). A walker finds short circuits only, but at once.
type walker struct {
	*system
	known  []Range
	table  []int64
	random *rand.Rand
	price  func(q int, d int64) (room int64, cost float64) // how far a quantity may go and what it costs
	unit   float64                                         // what an open sum is likely to cost
	draws  int                                             // tries at a circuit
	looks  int                                             // changes considered so far
	moved  func([]change)                                  // told of each circuit taken, if set

	open  []int   // of the circuit that is being drawn, the sums that it does not keep yet
	off   []int8  // by sum, by how much, 0 if it is kept; small, as it is read most
	drawn []int32 // by quantity, the last draw that changed it
	try   int32   // the number of the draw

	shuffled bool // sums are mended in any order, not in that in which they were upset
}

// change is a quantity and its direction in a circuit.
type change struct {
	quantity  int
	direction int64
}

func (s *system) walker(known []Range, table []int64) *walker {
	w := &walker{system: s, known: known, table: table, unit: 1, draws: 12, off: make([]int8, len(s.sums)), drawn: make([]int32, len(s.known))}
	w.price = func(q int, d int64) (int64, float64) { return w.room(q, d), 0 }
	w.random = rand.New(rand.NewPCG(3, 4)) //nolint:gosec // audits must repeat, not surprise
	return w
}

// proof is two tables beside a given one, each as the quantities in which it
// differs and their values there.
type proof [2]map[int]int64

// changes says whether a quantity differs in one of the tables.
func (p proof) changes(q int) bool {
	_, up := p[0][q]
	_, down := p[1][q]
	return up || down
}

// inner is the range of values of a quantity, v in the given table.
func (p proof) inner(q int, v int64) Range {
	r := Range{v, v}
	for _, table := range p {
		if other, ok := table[q]; ok {
			r = Range{min(r.Lo, other), max(r.Hi, other)}
		}
	}
	return r
}

// wander returns another table that would be shown as the true one is: hidden
// figures change one after the other, each as far as is drawn, with all that
// must change with it.
func (s *system) wander(hidden func(q int) bool) []int64 {
	w := s.walker(s.known, slices.Clone(s.truth))
	w.draws = 2
	for q := range w.table {
		if !hidden(q) {
			continue
		}
		d := int64(2*w.random.IntN(2) - 1)
		far := min(w.room(q, d), 2+max(w.table[q], -w.table[q])/2)
		if far > 0 {
			w.reach(q, d, 1+w.random.Int64N(far), map[int]int64{})
		}
	}
	return w.table
}

// stands says whether the tables agree with all that is known, given the true
// one. Nothing about how they were found matters to it.
func (s *system) stands(p proof) bool {
	for _, table := range p {
		off := map[int]int64{}
		for q, v := range table {
			if !s.known[q].holds(v) {
				return false
			}
			for _, at := range s.in[q] {
				off[at.sum] += at.sign * (v - s.truth[q])
			}
		}
		for _, v := range off {
			if v != 0 {
				return false
			}
		}
	}
	return true
}

// prove looks for tables that show quantity q wide enough.
func (w *walker) prove(q int, l Level) proof {
	v := w.table[q]
	var p proof
	for k, d := range []int64{1, -1} {
		inner := p.inner(q, v)
		want := max(l.Above, l.Width-(v-inner.Lo))
		if d < 0 {
			want = max(l.Below, l.Width-(inner.Hi-v))
		}
		before := map[int]int64{}
		w.reach(q, d, min(want, w.room(q, d)), before)
		p[k] = make(map[int]int64, len(before))
		for c, value := range before {
			p[k][c] = w.table[c]
			w.table[c] = value
		}
	}
	return p
}

// reach moves quantity q by up to so much in a direction. It notes in before
// what each changed quantity was.
func (w *walker) reach(q int, d, want int64, before map[int]int64) {
	for want > 0 {
		found, ok := w.circuit(q, d, want)
		if !ok {
			return
		}
		for _, c := range found.changes {
			if _, ok := before[c.quantity]; !ok {
				before[c.quantity] = w.table[c.quantity]
			}
			w.table[c.quantity] += c.direction * found.step
		}
		if w.moved != nil {
			w.moved(found.changes)
		}
		want -= found.step
	}
}

// room is how far a quantity can go in a direction.
func (w *walker) room(q int, d int64) int64 {
	r := w.known[q]
	if d > 0 {
		return r.Hi - w.table[q]
	}
	return w.table[q] - r.Lo
}

// circuit is a set of changes that keeps all sums, by the same step each.
type circuit struct {
	changes []change
	step    int64
	cost    float64
}

// circuit looks for the cheapest circuit that moves q, a few times over with
// other draws, and where all fail with any order of sums; the step is at most what is wanted.
func (w *walker) circuit(q int, d, want int64) (best circuit, ok bool) {
	for k := range 2 * w.draws {
		if w.shuffled = k >= w.draws; w.shuffled && ok {
			break
		}
		c, found := w.draw(q, d, want)
		if found && (!ok || c.cost < best.cost || c.cost == best.cost && c.step > best.step) {
			best, ok = c, true
		}
		if ok && best.cost == 0 {
			break
		}
	}
	return best, ok
}

// draw makes one try at a circuit.
func (w *walker) draw(q int, d, want int64) (circuit, bool) {
	const longest = 40
	c := circuit{changes: make([]change, 0, 8), step: want}
	for _, sum := range w.open { // of the last draw
		w.off[sum] = 0
	}
	w.open = w.open[:0]
	w.try++
	w.take(&c, change{q, d})
	for len(w.open) > 0 && len(c.changes) < longest {
		next, room, cost := w.mend(c.step)
		if room == 0 {
			return c, false
		}
		c.step = min(c.step, room)
		c.cost += cost
		w.take(&c, next)
	}
	return c, len(w.open) == 0
}

// take adds a change to a circuit, with what it does to its sums.
func (w *walker) take(c *circuit, next change) {
	c.changes = append(c.changes, next)
	w.drawn[next.quantity] = w.try
	for _, p := range w.in[next.quantity] {
		if w.off[p.sum] != 0 {
			w.off[p.sum] = 0
			at := slices.Index(w.open, p.sum)
			w.open = slices.Delete(w.open, at, at+1)
			continue
		}
		w.off[p.sum] = int8(next.direction * p.sign) //nolint:gosec // 1 or -1
		w.open = append(w.open, p.sum)
	}
}

// mend picks a change that restores an open sum, costs little and upsets few
// others. It returns it with its room, none if there is no such change. A sum of
// parts that overlap has a slack that mends it at once, and after that cannot be
// mended again where a part must change too; so the order matters.
func (w *walker) mend(step int64) (best change, room int64, cost float64) {
	least := 0.0
	first := w.open[0]
	if w.shuffled {
		first = w.open[w.random.IntN(len(w.open))]
	}
	off := int64(w.off[first])
	w.looks += len(w.sums[first])
	for _, t := range w.sums[first] {
		c := change{t.quantity, -off * t.sign}
		if w.drawn[c.quantity] == w.try {
			continue
		}
		far, price := w.price(c.quantity, c.direction)
		if far <= 0 {
			continue
		}
		left, ok := w.left(c)
		if !ok {
			continue
		}
		far = min(far, step)
		chance := w.random.Float64()
		score := w.unit*(float64(left)-float64(far)/float64(step)/2) + price*(0.5+chance) + chance/1e3
		if room == 0 || score < least {
			best, room, cost, least = c, far, price, score
		}
	}
	return best, room, cost
}

// left counts the sums that a change would leave open, less those that are
// now; false if it would upset one twice.
func (w *walker) left(c change) (int, bool) {
	left := 0
	for _, p := range w.in[c.quantity] {
		switch w.off[p.sum] {
		case 0:
			left++
		case int8(c.direction * p.sign): //nolint:gosec // 1 or -1
			return 0, false
		default:
			left--
		}
	}
	return left, true
}
