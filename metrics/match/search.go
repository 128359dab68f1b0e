package match

import (
	"math"
	"slices"
)

// search is one find under way in a tree.
type search struct {
	*tree
	unit   int32
	point  []float64
	place  int32
	taken  []int32
	k      int
	best   []found
	claims []int32 // of each of best, under the rule for ties
	first  int     // of best that belong to this search
}

// find appends up to k matches of unit, nearest first, with squared distances.
func (t *tree) find(unit int32, taken []int32, k int, buf []found) []found {
	var few [4]int32
	s := search{tree: t, unit: unit, point: t.space.point(unit), place: t.places[unit], taken: taken, k: k,
		best: buf, claims: few[:0], first: len(buf)}
	if t.nodes[0].alive > 0 && s.within(0) {
		s.visit(0)
	}
	return s.best
}

// worst returns what a further match must beat.
func (s *search) worst() (dist float64, claimed int32) {
	if len(s.claims) < s.k {
		return math.Inf(1), math.MinInt32
	}
	last := len(s.best) - 1
	return s.best[last].dist, s.claims[len(s.claims)-1]
}

// reach returns the least distance that the node's box allows, and a bound on
// its units' claims.
func (s *search) reach(id int32) (dist float64, claim int32) {
	box := s.box(id)
	for j, x := range s.point {
		low, high := box[2*j], box[2*j+1]
		switch {
		case x < low:
			dist += (low - x) * (low - x)
		case x > high:
			dist += (x - high) * (x - high)
		}
	}
	n := &s.nodes[id]
	return s.rule.rounded(dist), s.rule.most(s.place, n.low, n.high)
}

// within reports whether the node's box can hold units inside of the calipers.
func (s *search) within(id int32) bool {
	box := s.box(id)[2*s.space.dims:]
	for j := range s.boxed {
		x, width := s.boxed[j].values[s.unit], s.boxed[j].width
		if box[2*j]-x > width || x-box[2*j+1] > width {
			return false
		}
	}
	return true
}

// visit searches a node, the nearer child first.
func (s *search) visit(id int32) {
	n := &s.nodes[id]
	if n.left == 0 {
		s.scan(n)
		return
	}
	near, far := n.left, n.right
	nearDist, nearClaim := s.reach(near)
	farDist, farClaim := s.reach(far)
	if farDist < nearDist || farDist == nearDist && farClaim > nearClaim {
		near, far = far, near
		nearDist, farDist, nearClaim, farClaim = farDist, nearDist, farClaim, nearClaim
	}
	s.enter(near, nearDist, nearClaim)
	s.enter(far, farDist, farClaim)
}

// enter visits a node if it can hold a better match. Rounding keeps the order
// of sums term by term, so a box is never farther than a point in it.
func (s *search) enter(id int32, dist float64, claim int32) {
	if s.nodes[id].alive == 0 {
		return
	}
	worst, claimed := s.worst()
	s.near.compare(dist, worst)
	if dist > worst || dist == worst && claim <= claimed || !s.within(id) {
		return
	}
	s.visit(id)
}

// scan looks at the units of a leaf.
func (s *search) scan(n *node) {
	dims := s.space.dims
	for i := n.from; i < n.to; i++ {
		worst, claimed := s.worst()
		var dist float64
		for j, x := range s.points[int(i)*dims:][:dims] {
			d := s.point[j] - x
			dist += d * d
		}
		u := s.units[i]
		s.near.compare(dist, worst)
		dist = s.rule.rounded(dist)
		claim := s.rule.claim(s.place, s.places[u])
		if dist > worst || dist == worst && claim <= claimed || !s.allowed(u) {
			continue
		}
		s.insert(found{u, dist}, claim)
	}
}

func (s *search) allowed(u int32) bool {
	l := s.limits
	return (l.score == nil || l.score.ok(s.unit, u)) && l.ok(s.unit, u) && !slices.Contains(s.taken, u)
}

// insert adds a match in order, and drops the worst if there are too many.
func (s *search) insert(m found, claim int32) {
	s.best, s.claims = append(s.best, m), append(s.claims, claim)
	for i := len(s.claims) - 1; i > 0; i-- {
		a, b := s.first+i-1, s.first+i
		if s.best[a].dist < m.dist || s.best[a].dist == m.dist && s.claims[i-1] > claim {
			break
		}
		s.best[a], s.best[b] = s.best[b], s.best[a]
		s.claims[i], s.claims[i-1] = s.claims[i-1], s.claims[i]
	}
	if len(s.claims) > s.k {
		s.best, s.claims = s.best[:s.first+s.k], s.claims[:s.k]
	}
}
