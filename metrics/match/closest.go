package match

import "container/heap"

// candidate is the best match of a unit at the time when it was sought.
type candidate struct {
	t     int32
	best  found
	key   float64 // distance, negative for the farthest first
	place int     // among equal keys
}

type candidates []candidate

func (c *candidates) Len() int      { return len(*c) }
func (c *candidates) Swap(i, k int) { (*c)[i], (*c)[k] = (*c)[k], (*c)[i] }
func (c *candidates) Less(i, k int) bool {
	a, b := &(*c)[i], &(*c)[k]
	if a.key != b.key {
		return a.key < b.key
	}
	return a.place < b.place
}

// Push adds a candidate, for package heap.
func (c *candidates) Push(x any) { *c = append(*c, x.(candidate)) } //nolint:errcheck,forcetypeassert // heap gives back what it got

// Pop removes the last candidate, for package heap.
func (c *candidates) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

// byCloseness gives one match to each unit, the unit with the nearest (or
// farthest) best match first, and returns those that got one in the order of
// the data. A unit whose best match was used up in the meantime seeks again
// and queues again: before equals for Closest, behind them for Farthest.
func (r *round) byCloseness(waiting []int32) []int32 {
	sign := 1.0
	if r.order == Farthest {
		sign = -1
	}
	guesses := &lookahead{round: r, waiting: waiting}
	var queue candidates
	for i, t := range waiting {
		if best, ok := guesses.best(i); ok {
			queue = append(queue, candidate{t, best, sign * best.dist, r.queuePlace(t, i)})
		}
	}
	heap.Init(&queue)
	matched := make(map[int32]bool, len(queue))
	place := len(waiting)
	for len(queue) > 0 {
		c := &queue[0]
		if int(r.times[c.best.unit]) < r.p.spec.ReuseMax {
			r.add(c.t, c.best.unit)
			matched[c.t] = true
			heap.Pop(&queue)
			continue
		}
		best, ok := first(r.find(c.t, []int32{c.best.unit}, 1))
		if !ok {
			heap.Pop(&queue)
			continue
		}
		place++
		c.best, c.key, c.place = best, sign*best.dist, r.queuePlace(c.t, int(-sign)*place)
		heap.Fix(&queue, 0)
	}
	kept := waiting[:0]
	for _, t := range waiting {
		if matched[t] {
			kept = append(kept, t)
		}
	}
	return kept
}

// queuePlace is a unit's place among those whose best matches are equally far.
func (r *round) queuePlace(t int32, place int) int {
	if r.rule >= shuffledRow {
		return int(r.rows[t])
	}
	return place
}
