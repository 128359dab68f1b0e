package match

import (
	"math"
	"slices"
)

// found is a unit and its distance from the unit that seeks one.
type found struct {
	unit int32
	dist float64
}

// finder seeks matches among the available units of one stratum.
type finder interface {
	// find appends to buf up to k matches of unit t, nearest first. Units in
	// taken are t's already; the search goes on beyond them.
	find(t int32, taken []int32, k int, buf []found) []found
	// remove makes a unit unavailable.
	remove(unit int32)
	// shared reports whether several goroutines may call find at once.
	shared() bool
}

// sortedUnits is all units in ascending order of a score, ties in the order of
// the data, divided into strata that keep that order.
type sortedUnits struct {
	score  []float64
	rank   []int32 // of each unit among all
	unit   []int32 // by stratum, then by rank
	slot   []int32 // of each unit: its place in unit
	bounds []int   // stratum s is unit[bounds[s]:bounds[s+1]]
}

// sortUnits sorts by score within strata numbered from 0; nil is one stratum.
func sortUnits(score []float64, strata []int32) *sortedUnits {
	n := len(score)
	s := &sortedUnits{score: score, rank: make([]int32, n), unit: ascending(score)}
	for r, u := range s.unit {
		s.rank[u] = index32(r)
	}
	s.bounds = []int{0, n}
	if strata != nil {
		s.divide(strata)
	}
	s.slot = make([]int32, n)
	for i, u := range s.unit {
		s.slot[u] = index32(i)
	}
	return s
}

// divide brings the units into strata, by counting.
func (s *sortedUnits) divide(strata []int32) {
	s.bounds = make([]int, slices.Max(strata)+2)
	for _, k := range strata {
		s.bounds[k+1]++
	}
	for k := 1; k < len(s.bounds); k++ {
		s.bounds[k] += s.bounds[k-1]
	}
	next := slices.Clone(s.bounds)
	byStratum := make([]int32, len(s.unit))
	for _, u := range s.unit {
		k := strata[u]
		byStratum[next[k]] = u
		next[k]++
	}
	s.unit = byStratum
}

// line finds matches by score in one stratum. Units that are not available are
// skipped through two forests of links, whose roots are the next available
// unit to the left and to the right (Tarjan 1975, path halving).
type line struct {
	*sortedUnits
	base        int32   // slots count from here
	left, right []int32 // links between places 0..m+1; both ends are sentinels
	limits      *limits
	width       float64 // of the score's caliper; NaN: none
	limited     bool    // whether there are limits beside the score's caliper
}

// newLine makes the line of a stratum in which available units can be matched.
func newLine(s *sortedUnits, stratum int, l *limits, available func(int32) bool) *line {
	from, to := s.bounds[stratum], s.bounds[stratum+1]
	m := to - from
	ln := &line{sortedUnits: s, base: index32(from) - 1, left: make([]int32, m+2), right: make([]int32, m+2),
		limits: l, width: math.NaN(), limited: !l.free()}
	if l.score != nil {
		ln.width = l.score.width
	}
	for i := range index32(m + 2) {
		ln.left[i], ln.right[i] = i, i
	}
	for i, u := range s.unit[from:to] {
		if !available(u) {
			ln.drop(index32(i + 1))
		}
	}
	return ln
}

func (l *line) drop(x int32) { l.left[x], l.right[x] = x-1, x+1 }

func (l *line) remove(unit int32) { l.drop(l.slot[unit] - l.base) }

func root(link []int32, x int32) int32 {
	for link[x] != x {
		link[x] = link[link[x]]
		x = link[x]
	}
	return x
}

func (l *line) at(x int32) int32 { return l.unit[x+l.base] }

// find walks to the nearer side each time. Of equal distances, the one in
// fewer sorted steps is the nearer, and left is nearer than right.
func (l *line) find(t int32, taken []int32, k int, buf []found) []found {
	if k > 1 {
		return l.findMany(t, k, buf)
	}
	left, right := l.walks(t, taken)
	best := found{-1, math.Inf(1)}
	var steps int32
	for {
		s := &left
		if right.dist < left.dist {
			s = &right
		}
		if math.IsInf(s.dist, 1) || l.width >= 0 && s.dist > l.width || s.dist > best.dist {
			break
		}
		u := l.at(s.x)
		if l.limited && !l.limits.ok(t, u) {
			s.move(s.x + s.step)
			continue
		}
		if best.unit < 0 || s.steps() < steps {
			best, steps = found{u, s.dist}, s.steps()
		}
		s.dist = math.Inf(1)
	}
	if best.unit < 0 {
		return buf
	}
	return append(buf, best)
}

// shared reports that find may not run concurrently: it shortens links.
func (l *line) shared() bool { return false }
