package match

import (
	"errors"
	"math"
	"slices"
)

// optimal pairs units so that the sum of distances is the least that the
// greatest possible number of pairs allows (Rosenbaum 1989; Hansen and Klopfer
// 2006).
func (p *problem) optimal() (*Result, error) {
	space, err := p.space()
	if err != nil {
		return nil, err
	}
	matches := make([][]int32, p.frame.n)
	left, right := p.strataOf()
	errs := make([]error, len(left))
	parallel(len(left), func(s int) {
		b := &bipartite{p: p, space: space, limits: &p.limits, left: left[s], right: right[s]}
		errs[s] = p.optimalStratum(b, matches)
	})
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	pairs := &Pairs{Start: []int32{0}}
	for t, list := range matches {
		if len(list) > 0 {
			slices.Sort(list)
			pairs.Focal = append(pairs.Focal, index32(t))
			pairs.Match = append(pairs.Match, list...)
			pairs.Start = append(pairs.Start, index32(len(pairs.Match)))
		}
	}
	return p.pairsResult(pairs)
}

// optimalStratum matches one stratum. Where there are fewer others than focal
// units, each other unit gets a focal one; where there are too few for the
// ratio, all are used.
func (p *problem) optimalStratum(b *bipartite, matches [][]int32) error {
	if err := b.connect(); err != nil {
		return err
	}
	flipped := len(b.right) < len(b.left)
	if flipped {
		b = b.transpose()
	}
	ratio := float64(len(b.right)) / float64(len(b.left))
	most := int32(max(p.spec.Ratio, p.spec.MaxControls))
	least := int32(p.spec.Ratio)
	if p.spec.MaxControls != 0 {
		least = int32(max(1, p.spec.MinControls))
	}
	total := math.RoundToEven(p.spec.Ratio * float64(len(b.left)))
	if flipped {
		least, most, total = 1, 1, float64(len(b.left))
	} else if ratio < p.spec.Ratio {
		least, total = min(least, int32(ratio)), float64(len(b.right))
	}
	if least == most && int(total) == len(b.left)*int(most) && p.limits.free() && b.space == nil {
		b.prune(int(most))
	}
	n := &network{start: b.start, to: b.to, dist: b.dist,
		left: newBounds(len(b.left), least, most), right: newBounds(len(b.right), 0, 1)}
	n.solve(int(total))
	for j, list := range n.back {
		for _, a := range list {
			t, u := b.left[a.node], b.right[j]
			if flipped {
				t, u = u, t
			}
			matches[t] = append(matches[t], u)
		}
	}
	return nil
}
