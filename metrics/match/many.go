package match

import (
	"math"
	"slices"
)

// findMany walks to the left and right in turns, and collects up to k matches
// on each side until k of them are strictly closer than whatever comes next.
func (l *line) findMany(t int32, k int, buf []found) []found {
	left, right := l.walks(t, nil)
	from := len(buf)
	for {
		s := &left
		if math.IsInf(left.dist, 1) || !math.IsInf(right.dist, 1) && right.steps() < left.steps() {
			s = &right
		}
		if math.IsInf(s.dist, 1) {
			return nearestOf(buf, from, k)
		}
		if l.width >= 0 && s.dist > l.width || closer(buf[from:], s.dist) >= k {
			s.dist = math.Inf(1)
			continue
		}
		if u := l.at(s.x); !l.limited || l.limits.ok(t, u) {
			s.count++
			buf = append(buf, found{u, s.dist})
			if s.count == k {
				s.dist = math.Inf(1)
				continue
			}
		}
		s.move(s.x + s.step)
	}
}

func closer(buf []found, dist float64) int {
	n := 0
	for _, m := range buf {
		n += place(m.dist < dist)
	}
	return n
}

// nearestOf keeps the k nearest of buf[from:], in order. Where distances are
// equal it leaves them in the order that MatchIt does, which is that of the
// heap behind std::partial_sort in GNU's C++ library.
func nearestOf(buf []found, from, k int) []found {
	all := buf[from:]
	if len(all) <= k {
		slices.SortStableFunc(all, func(a, b found) int { return compareFloats(a.dist, b.dist) })
		return buf
	}
	top := maxHeap(all[:k])
	for i := k/2 - 1; i >= 0; i-- {
		top.sink(i, k, top[i])
	}
	for i := k; i < len(all); i++ {
		if all[i].dist < top[0].dist {
			v := all[i]
			all[i] = top[0]
			top.sink(0, k, v)
		}
	}
	for n := k - 1; n > 0; n-- {
		v := top[n]
		top[n] = top[0]
		top.sink(0, n, v)
	}
	return buf[:from+k]
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// maxHeap has the farthest match first.
type maxHeap []found

// sink puts v into the heap of n matches, whose place i is vacant: down to a
// leaf along the farther children, then up to where it belongs.
func (h maxHeap) sink(i, n int, v found) {
	top := i
	for child := 2*i + 2; child <= n; child = 2*i + 2 {
		if child == n || h[child].dist < h[child-1].dist {
			child--
		}
		h[i] = h[child]
		i = child
	}
	for i > top && h[(i-1)/2].dist < v.dist {
		h[i] = h[(i-1)/2]
		i = (i - 1) / 2
	}
	h[i] = v
}
