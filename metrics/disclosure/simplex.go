package disclosure

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// Tolerances of the simplex method. Coefficients are ±1 and figures are whole
// numbers, so these are far below anything that matters, and what the method
// finds is verified in whole numbers before anything is concluded from it.
const (
	feasible  = 1e-7 // a bound may be missed by so much
	optimal   = 1e-7 // a reduced cost below this is zero
	pivotal   = 1e-8 // a pivot below this is zero
	refactor  = 64   // pivots between two factorisations
	stallLong = 40   // degenerate pivots in a row before choices become random
)

var (
	errInfeasible = errors.New("no table agrees with what is published")
	errEffort     = errors.New("the linear program took more pivots than allowed")
)

// entry is one coefficient of a column.
type entry struct {
	row   int
	value float64
}

// program is a set of tables: all x with A x = rhs and lo ≤ x ≤ hi. Bounds are
// finite.
type program struct {
	cols   [][]entry
	rhs    []float64
	lo, hi []float64
}

// simplex walks over the vertices of a program: the primal simplex method for
// bounded variables with the inverse of the basis in product form (Chvátal,
// Linear Programming, 1983, chapters 7 and 8). It keeps its seat between
// objectives, which is what makes bounding many cells of one table cheap. One
// artificial column for each row starts the basis; a redundant row keeps its.
//
// It is written here because gonum's takes neither bounds nor redundant rows,
// of which additive tables are full, and calls some degenerate programs
// infeasible that are not.
type simplex struct {
	program
	x      []float64
	basis  []int // by row, its basic column
	rowOf  []int // by column, its row, or -1
	cost   []float64
	etas   []eta
	fresh  int // etas of the last factorisation
	next   int // where pricing goes on
	stall  int
	random *rand.Rand
	duals  []float64
	work   []float64
	whole  bool // keep to whole-number points where that is possible, short of the optimum
}

// newSimplex starts at the point given, a full table, and moves it to one that
// satisfies the program. It returns errInfeasible if there is none.
//
// It first tries to keep to whole numbers on the way, as the caller will want
// a table; the detours that this takes are rarely in vain.
func newSimplex(p program, start []float64, pivots int) (*simplex, error) {
	s := begin(p, start)
	s.whole = true
	if err := s.settle(len(p.cols), pivots/4); err == nil {
		s.whole = false
		return s, nil
	}
	s = begin(p, start)
	if err := s.settle(len(p.cols), pivots); err != nil {
		return nil, err
	}
	return s, nil
}

// begin sets the method up with a basis of artificial columns, which take up
// what the start misses.
func begin(p program, start []float64) *simplex {
	structural, rows := len(p.cols), len(p.rhs)
	s := &simplex{
		x: append([]float64(nil), start...), basis: make([]int, rows), rowOf: make([]int, structural+rows),
		cost: make([]float64, structural+rows), duals: make([]float64, rows), work: make([]float64, rows),
		random: rand.New(rand.NewPCG(1, 2)), //nolint:gosec // pivots must repeat, not surprise
	}
	s.cols = append(s.cols, p.cols...)
	s.rhs = p.rhs
	s.lo = append(s.lo, p.lo...)
	s.hi = append(s.hi, p.hi...)
	for j := range s.rowOf {
		s.rowOf[j] = -1
	}
	residual := append([]float64(nil), p.rhs...)
	for j, col := range p.cols {
		s.x[j] = min(max(s.x[j], p.lo[j]), p.hi[j])
		for _, e := range col {
			residual[e.row] -= e.value * s.x[j]
		}
	}
	for i, r := range residual {
		s.cols = append(s.cols, []entry{{i, 1}})
		s.x = append(s.x, r)
		s.lo = append(s.lo, min(r, 0))
		s.hi = append(s.hi, max(r, 0))
		s.basis[i] = structural + i
		s.rowOf[structural+i] = i
		if r != 0 {
			s.cost[structural+i] = -math.Copysign(1, r)
		}
	}
	return s
}

// settle drives the artificial columns to zero and holds them there.
func (s *simplex) settle(structural, pivots int) error {
	if err := s.climb(pivots); err != nil {
		return err
	}
	for j := structural; j < len(s.cols); j++ {
		if math.Abs(s.x[j]) > feasible*(1+math.Abs(s.rhs[j-structural])) {
			return errInfeasible
		}
		s.lo[j], s.hi[j], s.cost[j] = 0, 0, 0
		if s.rowOf[j] < 0 {
			s.x[j] = 0
		}
	}
	s.crash(structural)
	return nil
}

// crash replaces artificial basic columns, all zero by now, by others at the
// values that they have: the point stays, and steps from it need not begin with
// a step of no length for each row.
func (s *simplex) crash(structural int) {
	s.factorise()
	taken := make([]bool, len(s.basis))
	for i, j := range s.basis {
		taken[i] = j < structural
	}
	wholes := func(j int) int {
		n := 0
		for _, e := range s.cols[j] {
			if e.value < 0 {
				n++
			}
		}
		return n
	}
	room := func(j int) float64 { return min(s.hi[j]-s.x[j], s.x[j]-s.lo[j]) }
	free := make([]int, 0, structural)
	for j := range structural {
		if s.rowOf[j] < 0 && s.lo[j] < s.hi[j] {
			free = append(free, j)
		}
	}
	slices.SortStableFunc(free, func(a, b int) int {
		return cmp.Or(cmp.Compare(min(len(s.cols[a]), 2), min(len(s.cols[b]), 2)), cmp.Compare(wholes(b), wholes(a)), cmp.Compare(room(b), room(a)))
	})
	for _, j := range free {
		for _, e := range s.cols[j] {
			if !taken[e.row] {
				s.insert(seat{j, -1}, taken)
				break
			}
		}
	}
	for i, j := range s.basis {
		s.rowOf[j] = i
	}
	s.factorise()
}

// maximize moves to a vertex where the objective, given as column and
// coefficient, is largest. Values are then in x and the row duals in duals.
func (s *simplex) maximize(objective map[int]float64, pivots int) error {
	clear(s.cost)
	for j, c := range objective {
		s.cost[j] = c
	}
	return s.climb(pivots)
}

// climb pivots until no column improves the cost.
func (s *simplex) climb(pivots int) error {
	for range pivots {
		if len(s.etas)-s.fresh >= refactor {
			s.factorise()
		}
		for i, j := range s.basis {
			s.duals[i] = s.cost[j]
		}
		s.btran(s.duals)
		j, up := s.enter()
		if j < 0 {
			return nil
		}
		s.step(j, up)
	}
	return errEffort
}

// enter chooses the column to change and its direction: the steepest of a part
// of the columns, or a random one where the walk does not get on.
func (s *simplex) enter() (int, float64) {
	n := len(s.cols)
	part := max(200, n/6)
	best, direction, steepest, seen := -1, 0.0, 0.0, 0
	for k := range n {
		if k%part == 0 && best >= 0 {
			break
		}
		j := (s.next + k) % n
		if s.rowOf[j] >= 0 || s.lo[j] == s.hi[j] {
			continue
		}
		reduced := s.reduced(j)
		up := reduced > optimal && s.x[j] < s.hi[j]
		down := reduced < -optimal && s.x[j] > s.lo[j]
		if !up && !down {
			continue
		}
		seen++
		steep := math.Abs(reduced)
		if s.stall > stallLong {
			steep = s.random.Float64()
		}
		if steep > steepest {
			best, steepest, direction = j, steep, math.Copysign(1, reduced)
		}
	}
	s.next = (s.next + part) % n
	return best, direction
}

// reduced is the gain of a column: its cost less what its rows' duals charge.
func (s *simplex) reduced(j int) float64 {
	gain := s.cost[j]
	for _, e := range s.cols[j] {
		gain -= s.duals[e.row] * e.value
	}
	return gain
}

// step changes column j upwards or downwards as far as the bounds allow, and
// lets the basic column that stops it leave.
func (s *simplex) step(j int, direction float64) {
	w := s.work
	clear(w)
	for _, e := range s.cols[j] {
		w[e.row] = e.value
	}
	s.ftran(w)
	room := s.hi[j] - s.x[j]
	if direction < 0 {
		room = s.x[j] - s.lo[j]
	}
	row, length := s.leave(w, direction, room)
	cut := false
	if s.whole && row >= 0 && wholeNumbers(w) {
		down := math.Floor(length + feasible)
		cut = length-down > feasible
		length = down
	}
	s.stall++
	if length > feasible {
		s.stall = 0
	}
	for i, v := range w {
		if v != 0 {
			s.x[s.basis[i]] -= direction * length * v
		}
	}
	s.x[j] += direction * length
	if row < 0 {
		s.x[j] = s.hi[j]
		if direction < 0 {
			s.x[j] = s.lo[j]
		}
		return
	}
	out := s.basis[row]
	if !cut {
		s.x[out] = s.hi[out]
		if direction*w[row] > 0 {
			s.x[out] = s.lo[out]
		}
	}
	s.rowOf[out] = -1
	s.basis[row], s.rowOf[j] = j, row
	s.push(row, w)
}

// wholeNumbers says whether a step along w by a whole number changes whole
// numbers into whole numbers.
func wholeNumbers(w []float64) bool {
	for _, v := range w {
		if math.Abs(v-math.Round(v)) > feasible {
			return false
		}
	}
	return true
}

// leave finds the row that stops a change of the entering column, or -1 when
// its own other bound comes first, and the length of the step. Of rows that
// stop it within the tolerance it takes the largest pivot (Harris, 1973).
func (s *simplex) leave(w []float64, direction, room float64) (int, float64) {
	limit := room
	for i, v := range w {
		if math.Abs(v) > pivotal {
			limit = min(limit, (s.slack(i, direction*v)+feasible)/math.Abs(v))
		}
	}
	row, pivot, length := -1, 0.0, room
	for i, v := range w {
		if math.Abs(v) <= pivotal {
			continue
		}
		ratio := s.slack(i, direction*v) / math.Abs(v)
		size := min(math.Abs(v), 1/math.Abs(v)) // a pivot of one keeps whole numbers whole
		if s.lo[s.basis[i]] == s.hi[s.basis[i]] {
			size *= 2 // a fixed column never comes back
		}
		if ratio <= limit && size > pivot {
			row, pivot, length = i, size, max(ratio, 0)
		}
	}
	if row >= 0 && length > room {
		return -1, room
	}
	return row, length
}

// slack is how far the basic column of a row may go down (towards > 0) or up.
func (s *simplex) slack(row int, towards float64) float64 {
	j := s.basis[row]
	if towards > 0 {
		return s.x[j] - s.lo[j]
	}
	return s.hi[j] - s.x[j]
}
