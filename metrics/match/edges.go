package match

import (
	"math"
	"slices"
	"sort"

	"github.com/weir-warehouse/weir/policy"
)

// maxEdges bounds the pairs that an optimal match considers at once, by the
// memory that they take.
const maxEdges = 25_000_000

// bipartite is the units of one stratum and the pairs that may be made.
type bipartite struct {
	p      *problem
	space  *space
	limits *limits
	left   []int32 // focal units
	right  []int32
	start  []int32
	to     []int32
	dist   []float64
}

// strataOf splits the units that are not discarded by their exact variables
// into left, focal, and right units; strata without both are left out.
func (p *problem) strataOf() (left, right [][]int32) {
	codes := p.limits.exact
	count := 1
	if codes != nil {
		count = int(slices.Max(codes)) + 1
	}
	sides := [2][][]int32{make([][]int32, count), make([][]int32, count)}
	for i, focal := range p.focal {
		if p.discarded[i] {
			continue
		}
		k := 0
		if codes != nil {
			k = int(codes[i])
		}
		side := sides[1-place(focal)]
		side[k] = append(side[k], index32(i))
	}
	for k := range count {
		if len(sides[0][k]) > 0 && len(sides[1][k]) > 0 {
			left, right = append(left, sides[0][k]), append(right, sides[1][k])
		}
	}
	return left, right
}

// distance is that of two units.
func (b *bipartite) distance(i, j int32) float64 {
	if b.space != nil {
		return math.Sqrt(b.space.distance(i, j))
	}
	return math.Abs(b.p.score[i] - b.p.score[j])
}

// connect lists the allowed pairs.
func (b *bipartite) connect() error {
	order := slices.Clone(b.right)
	if b.p.score != nil {
		slices.SortStableFunc(order, func(x, y int32) int { return compareFloats(b.p.score[x], b.p.score[y]) })
	}
	index := make(map[int32]int32, len(b.right))
	for j, u := range b.right {
		index[u] = index32(j)
	}
	b.start = []int32{0}
	for _, t := range b.left {
		from, to := b.window(t, order)
		for _, u := range order[from:to] {
			if (b.limits.score == nil || b.limits.score.ok(t, u)) && b.limits.ok(t, u) {
				b.to = append(b.to, index[u])
				b.dist = append(b.dist, b.distance(t, u))
			}
		}
		if len(b.to) > maxEdges {
			return policy.Errorf(policy.DataRefused, "more than %d pairs are allowed; set a caliper or exact variables, or use the method nearest", maxEdges)
		}
		b.start = append(b.start, index32(len(b.to)))
	}
	return nil
}

// window returns the part of order, by score, that the caliper can admit.
func (b *bipartite) window(t int32, order []int32) (from, to int) {
	l := b.limits.score
	if l == nil || l.width < 0 {
		return 0, len(order)
	}
	x := b.p.score[t]
	from = sort.Search(len(order), func(k int) bool { return x-b.p.score[order[k]] <= l.width })
	to = sort.Search(len(order), func(k int) bool { return b.p.score[order[k]]-x > l.width })
	return from, to
}

// transpose returns the same pairs with left and right exchanged.
func (b *bipartite) transpose() *bipartite {
	out := &bipartite{p: b.p, space: b.space, limits: b.limits, left: b.right, right: b.left}
	out.start = make([]int32, len(out.left)+1)
	for _, j := range b.to {
		out.start[j+1]++
	}
	for j := range out.left {
		out.start[j+1] += out.start[j]
	}
	next := slices.Clone(out.start)
	out.to, out.dist = make([]int32, len(b.to)), make([]float64, len(b.to))
	for i := range b.left {
		for e := b.start[i]; e < b.start[i+1]; e++ {
			at := next[b.to[e]]
			next[b.to[e]]++
			out.to[at], out.dist[at] = index32(i), b.dist[e]
		}
	}
	return out
}
