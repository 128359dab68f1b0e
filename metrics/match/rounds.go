package match

import "slices"

// stage matches the units that still want matches within strata; nil is one
// stratum. Strata are independent and run in parallel.
func (g *greedy) stage(strata []int32, l *limits) {
	g.sorted = sortUnits(g.score, strata)
	queues := [][]int32{g.serve}
	if strata != nil {
		queues = make([][]int32, slices.Max(strata)+1)
		for _, u := range g.serve {
			queues[strata[u]] = append(queues[strata[u]], u)
		}
	}
	members := g.controls(strata, len(queues))
	before := slices.Clone(g.count)
	parallel(len(queues), func(s int) {
		if len(queues[s]) == 0 || len(members[s]) == 0 {
			return
		}
		r := &round{greedy: g, finder: g.seek(s, members[s], l), before: before, served: queues[s]}
		r.run()
	})
}

// controls lists the available units of each stratum in the data's order.
func (g *greedy) controls(strata []int32, count int) [][]int32 {
	out := make([][]int32, count)
	for i := range g.row {
		u := index32(i)
		if !g.available(u) {
			continue
		}
		s := int32(0)
		if strata != nil {
			s = strata[u]
		}
		out[s] = append(out[s], u)
	}
	return out
}

func (g *greedy) available(u int32) bool {
	return g.row[u] < 0 && !g.p.discarded[u] && int(g.times[u]) < g.p.spec.ReuseMax
}

// round is the greedy match of one stratum in one stage.
type round struct {
	*greedy
	finder finder
	before []int32 // matches of each row at the beginning of the stage
	served []int32
	buf    []found
}

func (r *round) run() {
	if r.p.spec.ReuseMax >= len(r.units) {
		r.reuse()
		return
	}
	// Each round gives each unit one match; who finds none is done.
	waiting := slices.Clone(r.served)
	for len(waiting) > 0 {
		waiting = slices.DeleteFunc(waiting, func(t int32) bool { return r.count[r.row[t]] >= r.ratio[r.row[t]] })
		if r.order == Closest || r.order == Farthest {
			waiting = r.byCloseness(waiting)
		} else {
			waiting = r.inOrder(waiting)
		}
	}
}

// reuse gives each unit all of its matches at once, since no unit runs out.
func (r *round) reuse() {
	chunk := len(r.served)
	if r.finder.shared() {
		chunk = min(chunk, ahead)
	}
	parallel((len(r.served)+chunk-1)/chunk, func(c int) {
		var buf []found
		for _, t := range r.served[c*chunk : min(len(r.served), (c+1)*chunk)] {
			i := r.row[t]
			wanted := int(r.ratio[i] - r.count[i])
			if wanted == 0 {
				continue
			}
			buf = r.finder.find(t, nil, wanted, buf[:0])
			for _, m := range buf {
				r.match[r.start[i]+r.count[i]] = m.unit
				r.count[i]++
			}
		}
	})
}

// taken returns the matches that t got in this stage.
func (r *round) taken(t int32) []int32 {
	i := r.row[t]
	return r.match[r.start[i]+r.before[i] : r.start[i]+r.count[i]]
}

func (r *round) find(t int32, also []int32, k int) []found {
	taken := r.taken(t)
	if len(also) > 0 {
		taken = slices.Concat(taken, also)
	}
	r.buf = r.finder.find(t, taken, k, r.buf[:0])
	return r.buf
}

// add gives t the match u.
func (r *round) add(t, u int32) {
	i := r.row[t]
	r.match[r.start[i]+r.count[i]] = u
	r.count[i]++
	r.times[u]++
	if int(r.times[u]) >= r.p.spec.ReuseMax {
		r.finder.remove(u)
	}
}

// inOrder gives one match to each unit in turn, and returns those that got one.
func (r *round) inOrder(waiting []int32) []int32 {
	guesses := &lookahead{round: r, waiting: waiting}
	kept := waiting[:0]
	for i, t := range waiting {
		best, ok := guesses.best(i)
		if !ok {
			continue
		}
		r.add(t, best.unit)
		kept = append(kept, t)
	}
	return kept
}
