package match

import "slices"

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
// visited in ascending order, or its own rank if none is.
func reachable(ranks [2][]int32) []int32 {
	left := slices.Clone(ranks[0])
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
