package match

import (
	"errors"
	"math"

	"github.com/weir-warehouse/weir/policy"
)

// full divides the units into strata of one treated and any number of
// controls, or the other way round, of the least total distance (Rosenbaum
// 1991; Hansen 2004). Only units that no pair is allowed for are left out.
func (p *problem) full() (*Result, error) {
	space, err := p.space()
	if err != nil {
		return nil, err
	}
	left, right := p.strataOf()
	stars := make([][][]int32, len(left))
	errs := make([]error, len(left))
	parallel(len(left), func(s int) {
		b := &bipartite{p: p, space: space, limits: &p.limits, left: left[s], right: right[s]}
		stars[s], errs[s] = p.fullStratum(b)
	})
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	r := p.result()
	r.Subclass = make([]int32, p.frame.n)
	var last int32
	for _, list := range stars {
		for _, star := range list {
			last++
			for _, u := range star {
				r.Subclass[u] = last
			}
		}
	}
	if last == 0 {
		return nil, policy.Errorf(policy.DataRefused, "no pair keeps the constraints; widen the calipers or drop variables from exact")
	}
	return r, p.stratumWeights(r, p.treated, p.spec.Estimand)
}

// fullStratum returns the strata made of one exact stratum.
func (p *problem) fullStratum(b *bipartite) ([][]int32, error) {
	if err := b.connect(); err != nil {
		return nil, err
	}
	if p.spec.MinControls == 0 && p.spec.MaxControls == 0 {
		b.pruneCover()
	}
	n := &network{start: b.start, to: b.to, dist: b.dist}
	n.left, n.right = p.fullBounds(b)
	n.solve(-1)
	for _, side := range []bounds{n.left, n.right} {
		for i := range side.low {
			if side.degree[i] < side.low[i] {
				return nil, policy.Errorf(policy.DataRefused, "min.controls %v and max.controls %v cannot be kept with %d focal and %d other units", p.spec.MinControls, p.spec.MaxControls, len(b.left), len(b.right))
			}
		}
	}
	n.trim()
	return b.stars(n), nil
}

// fullBounds says how many pairs a unit has: min.controls and max.controls for
// each focal unit, where 1/k stands for k focal units that share one control.
func (p *problem) fullBounds(b *bipartite) (left, right bounds) {
	least, most := int32(1), index32(len(b.right))
	leastBack, mostBack := int32(1), index32(len(b.left))
	if x := p.spec.MinControls; x >= 1 {
		least, mostBack = int32(math.Ceil(x)), 1
	} else if x > 0 {
		mostBack = int32(math.Floor(1/x + tiny))
	}
	if x := p.spec.MaxControls; x >= 1 {
		most = int32(x)
	} else if x > 0 {
		most, leastBack = 1, int32(math.Ceil(1/x-tiny))
	}
	left, right = newBounds(len(b.left), least, most), newBounds(len(b.right), leastBack, mostBack)
	has := make([]bool, len(b.right))
	for i := range b.left {
		if b.start[i] == b.start[i+1] {
			left.low[i] = 0
		}
		for _, j := range b.to[b.start[i]:b.start[i+1]] {
			has[j] = true
		}
	}
	for j, ok := range has {
		if !ok {
			right.low[j] = 0
		}
	}
	return left, right
}

// trim drops edges both of whose ends have others, which costs nothing: what
// is left are stars.
func (n *network) trim() {
	for i := range n.left.degree {
		for e := n.start[i]; e < n.start[i+1]; e++ {
			if j := n.to[e]; n.used[e] && n.left.degree[i] > 1 && n.right.degree[j] > 1 {
				n.drop(e, j)
				n.left.degree[i]--
				n.right.degree[j]--
			}
		}
	}
}

// stars returns the units of each connected component of the edges in use.
func (b *bipartite) stars(n *network) [][]int32 {
	var out [][]int32
	for j, edges := range n.back {
		if len(edges) == 1 && n.left.degree[edges[0].node] > 1 || len(edges) == 0 {
			continue // it belongs to the star of a left unit
		}
		star := []int32{b.right[j]}
		for _, a := range edges {
			star = append(star, b.left[a.node])
		}
		out = append(out, star)
	}
	for i, t := range b.left {
		if n.left.degree[i] < 2 {
			continue
		}
		star := []int32{t}
		for e := b.start[i]; e < b.start[i+1]; e++ {
			if n.used[e] {
				star = append(star, b.right[n.to[e]])
			}
		}
		out = append(out, star)
	}
	return out
}
