package match

import "math"

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
	count  int // matches that findMany has on this side
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
