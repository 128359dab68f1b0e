package disclosure

import "math/rand/v2"

// guesser looks for a whole-number table by local search: it takes a sum that
// is off and sets one of its figures so that it no longer is, most often the
// one that leaves the least wrong elsewhere, now and then any (after Selman,
// Kautz and Cohen, Noise strategies for improving local search, AAAI 1994).
// Where rounding leaves room it gets there soon; where it does not, the
// simplex method goes on from its last table.
type guesser struct {
	block  *block
	table  []int64
	off    []int64 // by sum
	wrong  []int   // the sums that are off
	at     []int   // by sum, its place in wrong, or -1
	random *rand.Rand
}

// guess returns a table, or what is at least near to one. Other seeds lead to
// other tables.
func (b *block) guess(seed uint64) []float64 {
	g := &guesser{block: b, table: make([]int64, len(b.start)), off: make([]int64, len(b.sums)), at: make([]int, len(b.sums))}
	g.random = rand.New(rand.NewPCG(seed, 6)) //nolint:gosec // audits must repeat, not surprise
	for j, v := range b.start {
		g.table[j] = int64(v)
		if lo, hi := int64(b.program.lo[j]), int64(b.program.hi[j]); seed > 0 && hi-lo < anywhere {
			g.table[j] = lo + g.random.Int64N(hi-lo+1)
		}
	}
	for i, terms := range b.sums {
		g.at[i] = -1
		sum := -int64(b.program.rhs[i])
		for _, t := range terms {
			sum += t.sign * g.table[t.quantity]
		}
		g.shift(i, sum)
	}
	for steps := 0; len(g.wrong) > 0 && steps < 20*(len(b.start)+len(b.sums)); steps++ {
		g.mend(g.wrong[g.random.IntN(len(g.wrong))])
	}
	out := make([]float64, len(g.table))
	for j, v := range g.table {
		out[j] = float64(v)
	}
	return out
}

// anywhere is a width of bounds up to which any value in them may be a guess.
const anywhere = 1000

// shift changes by how much a sum is off.
func (g *guesser) shift(i int, by int64) {
	g.off[i] += by
	switch {
	case g.off[i] != 0 && g.at[i] < 0:
		g.at[i] = len(g.wrong)
		g.wrong = append(g.wrong, i)
	case g.off[i] == 0 && g.at[i] >= 0:
		last := g.wrong[len(g.wrong)-1]
		g.wrong[g.at[i]], g.at[last] = last, g.at[i]
		g.wrong, g.at[i] = g.wrong[:len(g.wrong)-1], -1
	}
}

// mend changes one figure of a sum that is off.
func (g *guesser) mend(i int) {
	const noise = 0.01
	best, step, least := -1, int64(0), 0.0
	for _, t := range g.block.sums[i] {
		by := g.room(t.quantity, -t.sign*g.off[i])
		if by == 0 {
			continue
		}
		harm := g.harm(t.quantity, by) + g.random.Float64()
		if g.random.Float64() < noise {
			harm = -1e18
		}
		if best < 0 || harm < least {
			best, step, least = t.quantity, by, harm
		}
	}
	if best < 0 {
		return
	}
	g.table[best] += step
	for _, e := range g.block.program.cols[best] {
		g.shift(e.row, int64(e.value)*step)
	}
}

// room is how much of a change a figure's bounds allow.
func (g *guesser) room(j int, want int64) int64 {
	if want > 0 {
		return min(want, int64(g.block.program.hi[j])-g.table[j])
	}
	return max(want, int64(g.block.program.lo[j])-g.table[j])
}

// harm is how much more off all sums are after a change.
func (g *guesser) harm(j int, by int64) float64 {
	harm := 0.0
	for _, e := range g.block.program.cols[j] {
		before, after := g.off[e.row], g.off[e.row]+int64(e.value)*by
		harm += float64(max(after, -after) - max(before, -before))
	}
	return harm
}
