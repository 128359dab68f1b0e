package disclosure

import (
	"math"
	"slices"
)

// whole rounds a vertex to whole numbers and returns it if it is, exactly, a
// table that agrees with what is known.
func (b *block) whole(x []float64) ([]int64, bool) {
	table := make([]int64, len(b.quantities))
	for j := range table {
		v := math.Round(x[j])
		if v < b.program.lo[j] || v > b.program.hi[j] {
			return nil, false
		}
		table[j] = int64(v)
	}
	for i, terms := range b.sums {
		sum := -int64(b.program.rhs[i])
		for _, t := range terms {
			sum += t.sign * table[t.quantity]
		}
		if sum != 0 {
			return nil, false
		}
	}
	return table, true
}

// find looks for a table of the block: the one to start from, one by local
// search, one at or near a vertex, which is returned too if it got so far. The
// table is nil if none was found, which does not say that there is none.
func (b *block) find() ([]int64, *simplex, error) {
	if table, ok := b.whole(b.start); ok {
		return table, nil, nil
	}
	const tries = 4
	first := b.guess(0)
	for seed, guess := uint64(1), first; seed <= tries; seed++ {
		if table, ok := b.whole(guess); ok {
			return table, nil, nil
		}
		guess = b.guess(seed)
	}
	b.start = first
	walk, err := newSimplex(b.program, b.start, b.pivots())
	if err != nil {
		return nil, nil, err
	}
	return b.near(walk.x, nil), walk, nil
}

// near returns a whole-number table at a vertex, or near it and as far as can
// be in the direction of the objective: it rounds one fraction after the other,
// each to the side that leaves a table. Nil if that leads nowhere, which does
// not say that there is none.
func (b *block) near(x []float64, objective map[int]float64) []int64 {
	const steps, largest = 20, 600
	inside := b.program
	inside.lo, inside.hi = slices.Clone(inside.lo), slices.Clone(inside.hi)
	for range steps {
		if table, ok := b.whole(x); ok {
			return table
		}
		x = x[:len(inside.cols)]
		at := slices.IndexFunc(x, func(v float64) bool { return math.Abs(v-math.Round(v)) > feasible })
		if at < 0 || len(x) > largest {
			return nil
		}
		next := b.round(inside, x, at, objective)
		if next == nil {
			return nil
		}
		x = next
	}
	return nil
}

// round moves to a vertex at which one column is a whole number.
func (b *block) round(inside program, x []float64, at int, objective map[int]float64) []float64 {
	near := math.Round(x[at])
	other := math.Floor(x[at]) + math.Ceil(x[at]) - near
	for _, v := range []float64{near, other} {
		inside.lo[at], inside.hi[at] = v, v
		s, err := newSimplex(inside, x, b.pivots())
		if err == nil && s.maximize(objective, b.pivots()) == nil {
			return s.x
		}
	}
	return nil
}
