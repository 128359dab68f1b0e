package match

import "math"

// pairDistance is the mean absolute difference within the pairs made, or else
// within strata, over all pairs of a treated and a control unit; NaN if there
// are neither.
func (b *balancer) pairDistance(s *sample) float64 {
	switch {
	case !b.options.PairDistance:
		return math.NaN()
	case b.Pairs != nil:
		return withinPairs(s.x, b.Pairs)
	case b.Subclass != nil:
		return withinStrata(s, b.Subclass)
	}
	return math.NaN()
}

// withinStrata visits the units in ascending order, so that a unit's distances
// from all smaller ones of the other arm follow from their number and sum.
func withinStrata(s *sample, subclass []int32) float64 {
	type tally struct {
		count [2]float64
		sum   [2]float64 // of x less the stratum's least
		least float64
	}
	tallies := make([]tally, maxOf(subclass)+1)
	var pairs, total float64
	s.sort()
	for _, u := range s.order {
		k := subclass[u]
		if k == 0 {
			continue
		}
		t := &tallies[k]
		own := place(s.treated[u])
		if t.count[0]+t.count[1] == 0 {
			t.least = s.x[u]
		}
		x := s.x[u] - t.least
		pairs += t.count[1-own]
		total += x*t.count[1-own] - t.sum[1-own]
		t.count[own]++
		t.sum[own] += x
	}
	return total / pairs
}

func withinPairs(x []float64, p *Pairs) float64 {
	var total float64
	for i, t := range p.Focal {
		for _, u := range p.Of(i) {
			total += math.Abs(x[t] - x[u])
		}
	}
	return total / float64(len(p.Match))
}
