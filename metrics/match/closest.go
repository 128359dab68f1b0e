package match

// candidate is the best match of a unit at the time when it was sought.
type candidate struct {
	t     int32
	best  found
	key   float64 // distance, negative for the farthest first
	place int     // among equal keys
}

func (c candidate) before(other candidate) bool {
	if c.key != other.key {
		return c.key < other.key
	}
	return c.place < other.place
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
	var queue priority[candidate]
	for i, t := range waiting {
		if best, ok := guesses.best(i); ok {
			queue.push(candidate{t, best, sign * best.dist, r.queuePlace(t, i)})
		}
	}
	matched := make(map[int32]bool, len(queue))
	place := len(waiting)
	for len(queue) > 0 {
		c := queue[0]
		if int(r.times[c.best.unit]) < r.p.spec.ReuseMax {
			r.add(c.t, c.best.unit)
			matched[c.t] = true
			queue.pop()
			continue
		}
		best, ok := first(r.find(c.t, []int32{c.best.unit}, 1))
		if !ok {
			queue.pop()
			continue
		}
		place++
		c.best, c.key, c.place = best, sign*best.dist, r.queuePlace(c.t, int(-sign)*place)
		queue.replace(c)
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
