package match

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
)

// tieRule says which of the units at equal distance is the match. A unit's
// claim is a number; the greatest wins.
type tieRule int

const (
	// lastTurn is MatchIt's rule: the unit farthest away in the order of the
	// first dimension, right before left. Distances are compared as they are.
	lastTurn tieRule = iota
	// The others take distances for equal that differ by no more than rounding.
	lastTurnRounded
	firstTurn
	lowestRow
	highestRow
	shuffledRow // this and those after it: the first in a random order of rows
)

// tieRules is how many rules there are.
const tieRules = shuffledRow + 11

// rounding is the relative difference of squared distances that arithmetic
// alone can make.
const rounding = 1e-11

// rounded drops the digits of a squared distance that rounding can change.
// It keeps order: a ≤ b gives rounded(a) ≤ rounded(b).
func (r tieRule) rounded(dist float64) float64 {
	if r == lastTurn {
		return dist
	}
	const drop = 1 << 17 // about rounding, relative to the 52 bits of a fraction
	return math.Float64frombits((math.Float64bits(dist) + drop/2) &^ (drop - 1))
}

// turn is when a walk that goes from the place to both sides by turns, left
// first, reaches another place.
func turn(from, to int32) int32 {
	if to < from {
		return 2*(from-to) - 1
	}
	return 2 * (to - from)
}

// claim is that of a unit at a place, when a unit at the place from seeks.
func (r tieRule) claim(from, at int32) int32 {
	switch r {
	case firstTurn:
		return -turn(from, at)
	case lowestRow:
		return -at
	case lastTurn, lastTurnRounded:
		return turn(from, at)
	default:
		return at
	}
}

// most bounds the claims of units at the places low to high.
func (r tieRule) most(from, low, high int32) int32 {
	if r == firstTurn && low <= from && from <= high {
		return 0
	}
	return max(r.claim(from, low), r.claim(from, high))
}

// nearTies notes whether rounding decided between two units.
type nearTies struct{ seen atomic.Bool }

// compare notes a and b if they differ by no more than rounding.
func (n *nearTies) compare(a, b float64) {
	if a != b && math.Abs(a-b) <= rounding*b && !n.seen.Load() {
		n.seen.Store(true)
	}
}

// retryLimit is how many focal units a match may have for ties to be tried
// under every rule.
const retryLimit = 2_000

// settleTies matches again under the other rules if rounding decided between
// equal distances and no other library would round alike, and returns the
// match of most pairs and least distance. All of them are greedy matches.
func (g *greedy) settleTies() *greedy {
	best := g
	if g.space == nil || !g.space.singular || !g.near.seen.Load() || len(g.units) > retryLimit {
		return best
	}
	pairs, total := best.total()
	for rule := lastTurnRounded; rule < tieRules; rule++ {
		h := g.again(rule)
		h.run()
		if n, sum := h.total(); n > pairs || n == pairs && sum < total*(1-rounding) {
			best, pairs, total = h, n, sum
		}
	}
	return best
}

// again returns the match before its beginning, under another rule for ties.
func (g *greedy) again(rule tieRule) *greedy {
	h := *g
	h.rule, h.near = rule, &nearTies{}
	h.seek = func(_ int, units []int32, l *limits) finder { return h.newTree(units, l) }
	h.match, h.count = make([]int32, len(g.match)), make([]int32, len(g.count))
	h.times = make([]int32, len(g.times))
	if rule >= shuffledRow {
		r := rand.New(rand.NewPCG(uint64(rule), 0)) //nolint:gosec // any order will do, but always the same
		h.rows = slices.Clone(g.rows)
		r.Shuffle(len(h.rows), func(i, k int) { h.rows[i], h.rows[k] = h.rows[k], h.rows[i] })
	}
	return &h
}

// total returns how many pairs there are and the sum of their distances.
func (g *greedy) total() (pairs int, sum float64) {
	for i, u := range g.units {
		for _, m := range g.match[g.start[i]:][:g.count[i]] {
			pairs++
			sum += math.Sqrt(g.space.distance(u, m))
		}
	}
	return pairs, sum
}
