package disclosure

import (
	"math"
	"slices"
)

// eta is one factor of the basis inverse: the identity with column row
// replaced, held as the pivot and the other entries of the column that made it.
type eta struct {
	row   int
	pivot float64
	rest  []entry
}

// push appends the factor that turns column w into a unit vector.
func (s *simplex) push(row int, w []float64) {
	f := eta{row: row, pivot: w[row]}
	for i, v := range w {
		if i != row && math.Abs(v) > 1e-12 {
			f.rest = append(f.rest, entry{i, v})
		}
	}
	if f.pivot == 1 && len(f.rest) == 0 {
		return
	}
	s.etas = append(s.etas, f)
}

// ftran replaces v by the basis inverse times v.
func (s *simplex) ftran(v []float64) {
	for k := range s.etas {
		f := &s.etas[k]
		t := v[f.row]
		if t == 0 {
			continue
		}
		t /= f.pivot
		v[f.row] = t
		for _, e := range f.rest {
			v[e.row] -= e.value * t
		}
	}
}

// btran replaces v by the transposed basis inverse times v.
func (s *simplex) btran(v []float64) {
	for k := len(s.etas) - 1; k >= 0; k-- {
		f := &s.etas[k]
		t := v[f.row]
		for _, e := range f.rest {
			t -= e.value * v[e.row]
		}
		v[f.row] = t / f.pivot
	}
}

// factorise makes the factors anew from the basic columns and with them the
// basic values, so that rounding errors do not pile up.
func (s *simplex) factorise() {
	structural := len(s.cols) - len(s.rhs)
	columns := s.basis
	s.basis = make([]int, len(columns))
	taken := make([]bool, len(columns))
	for i := range s.basis {
		s.basis[i] = structural + i
	}
	for _, j := range columns {
		s.rowOf[j] = -1
		if j >= structural {
			taken[j-structural] = true
		}
	}
	s.etas = s.etas[:0]
	for _, p := range s.order(columns) {
		if p.col < structural {
			s.insert(p, taken)
		}
	}
	s.fresh = len(s.etas)
	for i, j := range s.basis {
		s.rowOf[j] = i
	}
	s.recompute()
}

// insert gives a column its row, or the best that no column has taken. A column
// that depends on those before it stays out, and an artificial one in.
func (s *simplex) insert(p seat, taken []bool) {
	if col := s.cols[p.col]; len(col) == 1 && !taken[col[0].row] { // no factor touches it
		taken[col[0].row], s.basis[col[0].row] = true, p.col
		if col[0].value != 1 {
			s.etas = append(s.etas, eta{row: col[0].row, pivot: col[0].value})
		}
		return
	}
	w := s.work
	clear(w)
	for _, e := range s.cols[p.col] {
		w[e.row] = e.value
	}
	s.ftran(w)
	row := p.row
	if row < 0 || taken[row] || math.Abs(w[row]) <= pivotal {
		row = -1
		for i, v := range w {
			if !taken[i] && math.Abs(v) > pivotal && (row < 0 || math.Abs(v) > math.Abs(w[row])) {
				row = i
			}
		}
	}
	if row < 0 {
		return
	}
	taken[row] = true
	s.basis[row] = p.col
	s.push(row, w)
}

// recompute solves for the basic values from those of the other columns.
func (s *simplex) recompute() {
	v := slices.Clone(s.rhs)
	for j, col := range s.cols {
		if s.rowOf[j] >= 0 || s.x[j] == 0 {
			continue
		}
		for _, e := range col {
			v[e.row] -= e.value * s.x[j]
		}
	}
	s.ftran(v)
	for i, j := range s.basis {
		s.x[j] = v[i]
	}
}

// seat is a basic column and the row it should have, -1 for any.
type seat struct{ col, row int }

// order sorts basic columns so that few fill others in: those that are alone in
// some row as they are found, the rest by length, then, last found first, those
// that have one row left.
func (s *simplex) order(columns []int) []seat {
	p := peeler{
		cols: s.cols, rows: make([][]int, len(s.rhs)), inRow: make([]int, len(s.rhs)),
		inCol: make([]int, len(s.cols)), active: make([]bool, len(s.cols)), gone: make([]bool, len(s.rhs)),
	}
	for _, j := range columns {
		p.active[j] = true
		p.inCol[j] = len(s.cols[j])
		for _, e := range s.cols[j] {
			p.rows[e.row] = append(p.rows[e.row], j)
			p.inRow[e.row]++
		}
	}
	first := p.peelRows()
	last := p.peelColumns(columns)
	var middle []seat
	for _, j := range columns {
		if p.active[j] {
			middle = append(middle, seat{j, -1})
		}
	}
	slices.SortStableFunc(middle, func(a, b seat) int { return len(s.cols[a.col]) - len(s.cols[b.col]) })
	slices.Reverse(last)
	return slices.Concat(first, middle, last)
}

// peeler takes from a set of columns those that are triangular.
type peeler struct {
	cols   [][]entry
	rows   [][]int // by row, its columns
	inRow  []int   // by row, how many active columns
	inCol  []int   // by column, how many rows not gone
	active []bool
	gone   []bool
}

func (p *peeler) remove(j, row int) seat {
	p.active[j] = false
	p.gone[row] = true
	for _, e := range p.cols[j] {
		p.inRow[e.row]--
	}
	for _, k := range p.rows[row] {
		p.inCol[k]--
	}
	return seat{j, row}
}

// peelRows takes columns that are alone in some row, until none is.
func (p *peeler) peelRows() []seat {
	var found []seat
	queue := make([]int, 0, len(p.inRow))
	for i := range p.inRow {
		queue = append(queue, i)
	}
	for len(queue) > 0 {
		row := queue[0]
		queue = queue[1:]
		if p.gone[row] || p.inRow[row] != 1 {
			continue
		}
		j := p.rows[row][slices.IndexFunc(p.rows[row], func(k int) bool { return p.active[k] })]
		found = append(found, p.remove(j, row))
		for _, e := range p.cols[j] {
			queue = append(queue, e.row)
		}
	}
	return found
}

// peelColumns takes columns that have one row left, until none has.
func (p *peeler) peelColumns(columns []int) []seat {
	var found []seat
	queue := slices.Clone(columns)
	for len(queue) > 0 {
		j := queue[0]
		queue = queue[1:]
		if !p.active[j] || p.inCol[j] != 1 {
			continue
		}
		at := slices.IndexFunc(p.cols[j], func(e entry) bool { return !p.gone[e.row] })
		row := p.cols[j][at].row
		found = append(found, p.remove(j, row))
		queue = append(queue, p.rows[row]...)
	}
	return found
}
