package match

// tree finds matches by distance in a space: a k-d tree (Bentley 1975) whose
// nodes keep tight boxes and how many units in them are available. It is
// exact. A rule decides between units at equal distance.
type tree struct {
	space  *space
	rule   tieRule
	near   *nearTies
	places []int32 // of each unit, for the rule
	limits *limits
	boxed  []limit // calipers that boxes are tested against
	units  []int32 // by node
	points []float64
	at     []int32 // of each unit: its index in units; shared between trees
	leaf   []int32 // of each index in units: its node
	nodes  []node
	boxes  []float64 // of each node: low and high of each dimension, then of each boxed caliper
	stride int
}

// node is a range of units.
type node struct {
	from, to    int32 // of a leaf: units[from:to] are available
	left, right int32 // children; 0: a leaf
	parent      int32
	alive       int32
	low, high   int32 // least and greatest place of an available unit
}

const leafSize = 8

// newTree makes a tree of units, which it reorders.
func (g *greedy) newTree(units []int32, l *limits) *tree {
	s := g.space
	t := &tree{space: s, rule: g.rule, near: g.near, places: g.sorted.slot, limits: l, units: units, at: g.at}
	switch {
	case g.rule >= lowestRow:
		t.places = g.rows
	case g.whole:
		t.places = g.sorted.rank
	}
	if l.score != nil && l.score.width >= 0 {
		t.boxed = append(t.boxed, *l.score)
	}
	for _, c := range l.covs {
		if c.width >= 0 {
			t.boxed = append(t.boxed, c)
		}
	}
	t.stride = 2 * (s.dims + len(t.boxed))
	t.leaf = make([]int32, len(units))
	t.build(0, index32(len(units)), -1)
	t.points = make([]float64, 0, len(units)*s.dims)
	for i, u := range units {
		t.at[u] = index32(i)
		t.points = append(t.points, s.point(u)...)
	}
	return t
}

// build adds the node of units[from:to] and its descendants.
func (t *tree) build(from, to, parent int32) int32 {
	id := index32(len(t.nodes))
	t.nodes = append(t.nodes, node{from: from, to: to, parent: parent, alive: to - from})
	t.boxes = append(t.boxes, make([]float64, t.stride)...)
	t.enclose(id)
	if to-from <= leafSize {
		for i := from; i < to; i++ {
			t.leaf[i] = id
		}
		t.spanLeaf(id)
		return id
	}
	d := t.widest(id)
	mid := (from + to) / 2
	partition(t.units[from:to], int(mid-from), func(u int32) float64 { return t.space.points[int(u)*t.space.dims+d] })
	left := t.build(from, mid, id)
	right := t.build(mid, to, id)
	t.nodes[id].left, t.nodes[id].right = left, right
	t.span(id)
	return id
}

// enclose computes the node's box.
func (t *tree) enclose(id int32) {
	box, dims := t.box(id), t.space.dims
	for i, u := range t.units[t.nodes[id].from:t.nodes[id].to] {
		for j, x := range t.space.point(u) {
			widen(box[2*j:], x, i == 0)
		}
		for j := range t.boxed {
			widen(box[2*(dims+j):], t.boxed[j].values[u], i == 0)
		}
	}
}

func widen(bounds []float64, x float64, first bool) {
	if first {
		bounds[0], bounds[1] = x, x
		return
	}
	bounds[0], bounds[1] = min(bounds[0], x), max(bounds[1], x)
}

func (t *tree) box(id int32) []float64 { return t.boxes[int(id)*t.stride:][:t.stride] }

// widest returns the dimension in which the node's box is longest.
func (t *tree) widest(id int32) int {
	box, best := t.box(id), 0
	for j := range t.space.dims {
		if box[2*j+1]-box[2*j] > box[2*best+1]-box[2*best] {
			best = j
		}
	}
	return best
}

// spanLeaf recomputes the places that a leaf's available units span.
func (t *tree) spanLeaf(id int32) {
	n := &t.nodes[id]
	for i, u := range t.units[n.from:n.to] {
		at := t.places[u]
		if i == 0 {
			n.low, n.high = at, at
		}
		n.low, n.high = min(n.low, at), max(n.high, at)
	}
}

// span recomputes the places that an inner node spans.
func (t *tree) span(id int32) {
	n := &t.nodes[id]
	l, r := &t.nodes[n.left], &t.nodes[n.right]
	switch {
	case l.alive == 0:
		n.low, n.high = r.low, r.high
	case r.alive == 0:
		n.low, n.high = l.low, l.high
	default:
		n.low, n.high = min(l.low, r.low), max(l.high, r.high)
	}
}

// remove swaps the unit out of its leaf's range and updates the path upward.
func (t *tree) remove(unit int32) {
	i := t.at[unit]
	id := t.leaf[i]
	n := &t.nodes[id]
	n.to--
	last := n.to
	t.units[i], t.units[last] = t.units[last], unit
	t.at[t.units[i]], t.at[unit] = i, last
	dims := t.space.dims
	copy(t.points[int(i)*dims:][:dims], t.space.point(t.units[i]))
	n.alive--
	t.spanLeaf(id)
	for id = n.parent; id >= 0; id = t.nodes[id].parent {
		t.nodes[id].alive--
		t.span(id)
	}
}

// shared reports that many may search at once.
func (t *tree) shared() bool { return true }

// partition brings the k units of least key to the front (Hoare's selection).
func partition(units []int32, k int, key func(int32) float64) {
	from, to := 0, len(units)-1
	for from < to {
		pivot := key(units[(from+to)/2])
		i, j := from, to
		for i <= j {
			for key(units[i]) < pivot {
				i++
			}
			for key(units[j]) > pivot {
				j--
			}
			if i <= j {
				units[i], units[j] = units[j], units[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			to = j
		case k >= i:
			from = i
		default:
			return
		}
	}
}
