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
	limited     bool
	steps       []int32 // of the matches of the find under way
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

// side walks away from a unit in one direction over available units.
type side struct {
	line   *line
	link   []int32
	step   int32 // −1 left, 1 right
	end    int32
	target float64
	start  int32 // rank from which steps are counted
	x      int32 // place of the current unit; end: none
	dist   float64
	count  int // matches found on this side
}

// move goes to the first available unit at or beyond the place x.
func (s *side) move(x int32) {
	s.x = root(s.link, x)
	s.dist = math.Inf(1)
	if s.x != s.end {
		s.dist = math.Abs(s.target - s.line.score[s.line.at(s.x)])
	}
}

// beyond moves on to the first unit whose distance keeps far.
func (s *side) beyond(far func(dist float64) bool) {
	if s.x == s.end || far(s.dist) {
		return
	}
	near, away := s.x, s.end // distances grow from near to away
	for gap := (away - near) * s.step; gap > 1; gap = (away - near) * s.step {
		mid := near + gap/2*s.step
		if far(math.Abs(s.target - s.line.score[s.line.at(mid)])) {
			away = mid
		} else {
			near = mid
		}
	}
	s.move(away)
}

// steps is how many places of the sorted order the walk has passed, doubled,
// so that of equal walks the left one is the shorter.
func (s *side) steps() int32 {
	walked := (s.line.rank[s.line.at(s.x)] - s.start) * s.step
	return 2*walked + min(s.step, 0)
}

// walks returns both sides of unit t, outside of its taken matches.
func (l *line) walks(t int32, taken []int32) (left, right side) {
	first, last := t, t
	for _, u := range taken {
		if l.rank[u] < l.rank[first] {
			first = u
		}
		if l.rank[u] > l.rank[last] {
			last = u
		}
	}
	target := l.score[t]
	left = side{line: l, link: l.left, step: -1, end: 0, target: target, start: l.rank[first]}
	right = side{line: l, link: l.right, step: 1, end: index32(len(l.right) - 1), target: target, start: l.rank[last]}
	left.move(l.slot[first] - l.base - 1)
	right.move(l.slot[last] - l.base + 1)
	least := max(math.Abs(target-l.score[first]), math.Abs(target-l.score[last]))
	if least > 0 {
		far := func(d float64) bool { return d >= least }
		left.beyond(far)
		right.beyond(far)
	}
	if l.width < 0 {
		far := func(d float64) bool { return d > -l.width }
		left.beyond(far)
		right.beyond(far)
	}
	return left, right
}

// find walks to the nearer side each time. Of equal distances, the one in
// fewer sorted steps is the nearer, and left is nearer than right.
func (l *line) find(t int32, taken []int32, k int, buf []found) []found {
	if k > 1 {
		return l.findMany(t, k, buf)
	}
	left, right := l.walks(t, taken)
	from := len(buf)
	l.steps = l.steps[:0]
	for {
		s := &left
		if right.dist < left.dist {
			s = &right
		}
		if math.IsInf(s.dist, 1) || l.width >= 0 && s.dist > l.width {
			break
		}
		if n := len(buf) - from; n >= k && buf[from+k-1].dist < s.dist {
			break
		}
		if u := l.at(s.x); s.count < k && (!l.limited || l.limits.ok(t, u)) {
			s.count++
			buf = l.insert(buf, from, found{u, s.dist}, s.steps())
		}
		if s.count == k {
			s.dist = math.Inf(1)
			continue
		}
		s.move(s.x + s.step)
	}
	return buf[:min(len(buf), from+k)]
}

// insert adds a match whose distance is at least that of those present, and
// puts it before those of equal distance that took more steps.
func (l *line) insert(buf []found, from int, m found, step int32) []found {
	buf, l.steps = append(buf, m), append(l.steps, step)
	for i := len(l.steps) - 1; i > 0 && buf[from+i-1].dist == m.dist && l.steps[i-1] > step; i-- {
		buf[from+i], buf[from+i-1] = buf[from+i-1], buf[from+i]
		l.steps[i], l.steps[i-1] = l.steps[i-1], l.steps[i]
	}
	return buf
}

// shared reports that find may not run concurrently: it shortens links.
func (l *line) shared() bool { return false }
