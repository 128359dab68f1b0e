package match

import (
	"math"
	"slices"
)

// network is a choice of edges between left and right nodes of the least total
// cost, with bounds on how many edges each node has: a minimum-cost flow from a
// source through the left and the right nodes to a sink, solved by successive
// shortest paths with potentials (Ahuja, Magnanti and Orlin 1993, section
// 9.7). Costs are integers, so that the solution is exact.
type network struct {
	left, right bounds
	start       []int32 // edges of left node i are start[i] … start[i+1]−1
	to          []int32
	dist        []float64
	scale       float64 // cost of an edge for each unit of distance
	used        []bool
	back        [][]arc // edges in use of each right node
	// Potentials: of left nodes, then right nodes, then source and sink.
	potential []int64
	reached   []int64 // reduced distance of each node in the path search
	via       []arc   // edge by which it was reached, and the node before; −1: the source
	best      int64   // least reduced distance of the sink so far
	touched   []int32
	queue     priority[nodeAt]
}

// arc is an edge and the node at one of its ends.
type arc struct{ edge, node int32 }

// bounds of the number of edges of nodes on one side.
type bounds struct {
	low, high []int32
	degree    []int32
}

// needed is the gain of an edge that a lower bound asks for. It is above every
// sum of costs.
const needed = int64(1) << 56

// costScale is the cost of the longest distance.
const costScale = 1 << 36

func newBounds(n int, low, high int32) bounds {
	b := bounds{low: make([]int32, n), high: make([]int32, n), degree: make([]int32, n)}
	for i := range n {
		b.low[i], b.high[i] = low, high
	}
	return b
}

// next is the cost of a node's next edge, apart from its distance.
func (b *bounds) next(i int32) int64 {
	if b.degree[i] < b.low[i] {
		return -needed
	}
	return 0
}

// solve adds edges one at a time, the cheapest way first, until there are
// total, or, if total is negative, until more would not lower the cost.
func (n *network) solve(total int) {
	n.begin()
	for edges := 0; edges != total; edges++ {
		end, cost, ok := n.shortest()
		if !ok || total < 0 && cost >= 0 {
			return
		}
		n.augment(end)
	}
}

// cost is that of an edge.
func (n *network) cost(e int32) int64 { return int64(n.dist[e]*n.scale + 0.5) }

// begin sets potentials under which no arc has a negative reduced cost.
func (n *network) begin() {
	l, r := len(n.left.low), len(n.right.low)
	n.potential = make([]int64, l+r+2)
	n.reached, n.via = make([]int64, l+r), make([]arc, l+r)
	for v := range n.reached {
		n.reached[v] = math.MaxInt64
	}
	n.used, n.back = make([]bool, len(n.to)), make([][]arc, r)
	longest := 0.0
	for _, d := range n.dist {
		longest = max(longest, d)
	}
	if longest > 0 {
		n.scale = costScale / longest
	}
	for j := range r {
		n.potential[l+j] = math.MaxInt64 / 4
	}
	for i := range l {
		n.potential[i] = n.left.next(index32(i))
		for e := n.start[i]; e < n.start[i+1]; e++ {
			j := l + int(n.to[e])
			n.potential[j] = min(n.potential[j], n.potential[i]+n.cost(e))
		}
	}
	sink := &n.potential[l+r+1]
	*sink = math.MaxInt64 / 4
	for j := range r {
		*sink = min(*sink, n.potential[l+j]+n.right.next(index32(j)))
	}
}

// shortest finds the cheapest way to add an edge, by Dijkstra's method. It
// returns the right node where the way ends, and its cost.
func (n *network) shortest() (end int32, cost int64, ok bool) {
	l, r := index32(len(n.left.low)), index32(len(n.right.low))
	source, sink := &n.potential[l+r], n.potential[l+r+1]
	n.queue, n.touched, n.best = n.queue[:0], n.touched[:0], math.MaxInt64
	for i := range l {
		if n.left.degree[i] < n.left.high[i] {
			n.reach(i, n.left.next(i)+*source-n.potential[i], arc{-1, -1})
		}
	}
	for len(n.queue) > 0 {
		top := n.queue.pop()
		if top.dist > n.reached[top.node] {
			continue
		}
		if top.dist >= n.best {
			break
		}
		if top.node < l {
			n.relaxLeft(top)
			continue
		}
		j := top.node - l
		if n.right.degree[j] < n.right.high[j] {
			if d := top.dist + n.right.next(j) + n.potential[top.node] - sink; d < n.best {
				n.best, end = d, j
			}
		}
		n.relaxRight(top, j)
	}
	if n.best == math.MaxInt64 {
		n.forget()
		return 0, 0, false
	}
	cost = n.best + sink - *source
	for _, v := range n.touched {
		n.potential[v] += min(n.reached[v], n.best) - n.best
	}
	*source -= n.best
	n.forget()
	return end, cost, true
}

// forget clears the distances of a path search, but not the ways.
func (n *network) forget() {
	for _, v := range n.touched {
		n.reached[v] = math.MaxInt64
	}
}

func (n *network) relaxLeft(top nodeAt) {
	l := index32(len(n.left.low))
	i := top.node
	for e := n.start[i]; e < n.start[i+1]; e++ {
		if !n.used[e] {
			v := l + n.to[e]
			n.reach(v, top.dist+n.cost(e)+n.potential[i]-n.potential[v], arc{e, i})
		}
	}
}

func (n *network) relaxRight(top nodeAt, j int32) {
	for _, a := range n.back[j] {
		n.reach(a.node, top.dist-n.cost(a.edge)+n.potential[top.node]-n.potential[a.node], arc{a.edge, j})
	}
}

func (n *network) reach(v int32, dist int64, by arc) {
	if dist >= n.reached[v] || dist >= n.best {
		return
	}
	if n.reached[v] == math.MaxInt64 {
		n.touched = append(n.touched, v)
	}
	n.reached[v], n.via[v] = dist, by
	n.queue.push(nodeAt{v, dist})
}

// augment turns the edges on the way to right node j.
func (n *network) augment(j int32) {
	l := index32(len(n.left.low))
	n.right.degree[j]++
	for {
		in := n.via[l+j]
		n.used[in.edge] = true
		n.back[j] = append(n.back[j], in)
		out := n.via[in.node]
		if out.node < 0 {
			n.left.degree[in.node]++
			return
		}
		j = out.node
		n.drop(out.edge, j)
	}
}

// drop takes an edge to right node j out of use.
func (n *network) drop(e, j int32) {
	n.used[e] = false
	n.back[j] = slices.DeleteFunc(n.back[j], func(a arc) bool { return a.edge == e })
}

// nodeAt is a node and its distance when it was queued.
type nodeAt struct {
	node int32
	dist int64
}

// before orders by distance, then by node.
func (a nodeAt) before(b nodeAt) bool {
	return a.dist < b.dist || a.dist == b.dist && a.node < b.node
}
