package match

import (
	"math"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// fill gives each stratum at least MinN units of each arm: an empty one takes,
// again and again, the nearest unit of its nearest neighbour that has one, on
// the side that has more to spare.
func (p *problem) fill(subclass []int32) error {
	least := p.spec.MinN
	strata := int(maxOf(subclass))
	for _, arm := range []bool{true, false} {
		var units []int32
		count := make([]int, strata)
		for i, s := range subclass {
			if s > 0 && p.treated[i] == arm {
				units = append(units, index32(i))
				count[s-1]++
			}
		}
		if len(units) < strata*least {
			return policy.Errorf(policy.DataRefused, "%d subclasses need %d units of each arm; one arm has only %d units. Ask for fewer subclasses", strata, strata*least, len(units))
		}
		if slices.Min(count) >= least {
			continue
		}
		for range least {
			for s := slices.Index(count, 0); s >= 0; s = slices.Index(count, 0) {
				p.take(subclass, units, count, s)
			}
			for s := range count {
				count[s]--
			}
		}
	}
	return nil
}

// take moves one of units into the empty stratum s, counted from 0.
func (p *problem) take(subclass, units []int32, count []int, s int) {
	left := spareLeft(count, s)
	step := 1
	if left {
		step = -1
	}
	from := s + step
	for count[from] == 0 {
		from += step
	}
	best, bestScore := int32(-1), math.Inf(step)
	for _, u := range units {
		x := p.score[u]
		if int(subclass[u]) == from+1 && (best < 0 || left && x >= bestScore || !left && x <= bestScore) {
			best, bestScore = u, x
		}
	}
	subclass[best] = index32(s + 1)
	count[s]++
	count[from]--
}

// spareLeft reports whether the strata to the left of s have more units to
// spare, each by its nearness.
func spareLeft(count []int, s int) bool {
	switch s {
	case len(count) - 1:
		return true
	case 0:
		return false
	}
	var score float64
	for other, n := range count {
		if other != s && n > 1 {
			score += float64(n-1) / float64(other-s)
		}
	}
	return score <= 0
}
