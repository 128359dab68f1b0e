package match

import (
	"math"
	"slices"
)

// ranks returns the places of left and right units by score among all.
func (b *bipartite) ranks() [2][]int32 {
	units := slices.Concat(b.left, b.right)
	scores := make([]float64, len(units))
	for i, u := range units {
		scores[i] = b.p.score[u]
	}
	out := [2][]int32{make([]int32, len(b.left)), make([]int32, len(b.right))}
	for rank, k := range ascending(scores) {
		if int(k) < len(b.left) {
			out[0][k] = index32(rank)
		} else {
			out[1][int(k)-len(b.left)] = index32(rank)
		}
	}
	return out
}

// reachable returns, for each right unit, the rank of the leftmost left unit
// that it can need: the first still without a right unit when ranks are
// visited in ascending order, or its own rank if none is. Each left unit needs
// ratio right ones.
func reachable(ranks [2][]int32, ratio int) []int32 {
	left := slices.Repeat(ranks[0], ratio)
	slices.Sort(left)
	right := make([]int32, len(ranks[1]))
	for j := range right {
		right[j] = index32(j)
	}
	slices.SortFunc(right, func(a, b int32) int { return int(ranks[1][a] - ranks[1][b]) })
	out := make([]int32, len(right))
	next := 0
	for _, j := range right {
		out[j] = ranks[1][j]
		if next < len(left) && left[next] < ranks[1][j] {
			out[j] = left[next]
			next++
		}
	}
	return out
}

func negated(x []int32) []int32 {
	out := make([]int32, len(x))
	for i, v := range x {
		out[i] = -v
	}
	return out
}

// pruneCover drops pairs that no full matching of least distance has: those
// farther apart than the nearest other units of both are, taken together.
func (b *bipartite) pruneCover() {
	left, right := spread(math.Inf(1), len(b.left)), spread(math.Inf(1), len(b.right))
	for i := range b.left {
		for e := b.start[i]; e < b.start[i+1]; e++ {
			left[i] = min(left[i], b.dist[e])
			right[b.to[e]] = min(right[b.to[e]], b.dist[e])
		}
	}
	b.keep(func(i int, e int32) bool { return b.dist[e] <= left[i]+right[b.to[e]] })
}

// keep drops the pairs that are not wanted.
func (b *bipartite) keep(wanted func(i int, e int32) bool) {
	kept := int32(0)
	for i := range b.left {
		from, to := b.start[i], b.start[i+1]
		b.start[i] = kept
		for e := from; e < to; e++ {
			if wanted(i, e) {
				b.to[kept], b.dist[kept] = b.to[e], b.dist[e]
				kept++
			}
		}
	}
	b.start[len(b.left)] = kept
	b.to, b.dist = b.to[:kept], b.dist[:kept]
}

// prune drops pairs that some match of least distance on a score, with ratio
// right units for each left one, does not need (Sävje 2020,
// doi:10.1214/19-STS739).
func (b *bipartite) prune(ratio int) {
	ranks := b.ranks()
	low := reachable(ranks, ratio)
	high := reachable([2][]int32{negated(ranks[0]), negated(ranks[1])}, ratio)
	b.keep(func(i int, e int32) bool {
		r, j := ranks[0][i], b.to[e]
		return r >= low[j] && r <= -high[j]
	})
}
