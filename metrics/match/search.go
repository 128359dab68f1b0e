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
	// What a further match must beat.
	worst   float64
	claimed int32
	cut     float64 // a distance that cannot, whatever rounding does
}

// slack is a relative difference of squared distances above rounding.
const slack = 4 * rounding

// find appends up to k matches of unit, nearest first, with squared distances.
func (t *tree) find(unit int32, taken []int32, k int, buf []found) []found {
	var few [4]int32
	s := search{tree: t, unit: unit, point: t.space.point(unit), place: t.places[unit], taken: taken, k: k,
		best: buf, claims: few[:0], first: len(buf), worst: math.Inf(1), claimed: math.MinInt32, cut: math.Inf(1)}
	if t.nodes[0].alive > 0 && s.within(0) {
		s.visit(0)
	}
	return s.best
}

// reach returns the least distance that the node's box allows, or something
// above cut. Rounding keeps the order of sums term by term, so a box is never
// farther than a point in it.
func (s *search) reach(id int32) float64 {
	var dist float64
	box := s.box(id)
	for j, x := range s.point {
		low, high := box[2*j], box[2*j+1]
		switch {
		case x < low:
			dist += (low - x) * (low - x)
		case x > high:
			dist += (x - high) * (x - high)
		default:
			continue
		}
		if dist > s.cut {
			return dist
		}
	}
	return dist
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

// visit searches a node: of two children first the nearer one, or, at equal
// distance, the one that can hold the greater claim.
func (s *search) visit(id int32) {
	n := &s.nodes[id]
	if n.left == 0 {
		s.scan(n)
		return
	}
	near, far := n.left, n.right
	nearDist, farDist := s.reach(near), s.reach(far)
	if farDist < nearDist || farDist == nearDist && s.most(far) > s.most(near) {
		near, far = far, near
		nearDist, farDist = farDist, nearDist
	}
	s.enter(near, nearDist)
	s.enter(far, farDist)
}

// most bounds the claims of a node's units.
func (s *search) most(id int32) int32 {
	return s.rule.most(s.place, s.nodes[id].low, s.nodes[id].high)
}

// enter visits a node if it can hold a better match.
func (s *search) enter(id int32, dist float64) {
	if s.nodes[id].alive == 0 || dist > s.cut {
		return
	}
	s.near.compare(dist, s.worst)
	dist = s.rule.rounded(dist)
	if dist > s.worst || dist == s.worst && s.most(id) <= s.claimed || !s.within(id) {
		return
	}
	s.visit(id)
}

// scan looks at the units of a leaf.
func (s *search) scan(n *node) {
	dims := s.space.dims
	for i := n.from; i < n.to; i++ {
		dist := s.measure(s.points[int(i)*dims:][:dims])
		if dist > s.cut {
			continue
		}
		s.near.compare(dist, s.worst)
		dist = s.rule.rounded(dist)
		u := s.units[i]
		claim := s.rule.claim(s.place, s.places[u])
		if dist > s.worst || dist == s.worst && claim <= s.claimed || !s.allowed(u) {
			continue
		}
		s.insert(found{u, dist}, claim)
	}
}

// measure returns the squared distance of a point, or something above cut.
func (s *search) measure(point []float64) float64 {
	var dist float64
	for j, x := range s.point {
		d := x - point[j]
		dist += d * d
		if dist > s.cut {
			return dist
		}
	}
	return dist
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
	if len(s.claims) < s.k {
		return
	}
	s.best, s.claims = s.best[:s.first+s.k], s.claims[:s.k]
	s.worst, s.claimed = s.best[s.first+s.k-1].dist, s.claims[s.k-1]
	s.cut = s.worst * (1 + slack)
}
