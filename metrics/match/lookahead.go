package match

// ahead is how many units lookahead serves at a time.
const ahead = 1024

// lookahead finds the matches of the next units in parallel before they are
// served. Units only ever become unavailable, so what was the best match and
// is still available is the best match: results do not depend on it.
type lookahead struct {
	*round
	waiting []int32
	guess   [ahead]found // unit −1: no match
	until   int
}

// best returns the nearest match of the i-th waiting unit. Calls must come in
// order of i.
func (l *lookahead) best(i int) (found, bool) {
	if !l.finder.shared() {
		return first(l.find(l.waiting[i], nil, 1))
	}
	if i >= l.until {
		l.look(i)
	}
	g := l.guess[i%ahead]
	if g.unit < 0 || int(l.times[g.unit]) < l.p.spec.ReuseMax {
		return g, g.unit >= 0
	}
	return first(l.find(l.waiting[i], nil, 1))
}

// look finds the matches of the units from the i-th on.
func (l *lookahead) look(i int) {
	l.until = min(len(l.waiting), i-i%ahead+ahead)
	const chunk = 32
	parallel((l.until-i+chunk-1)/chunk, func(c int) {
		var buf []found
		for k := i + c*chunk; k < min(i+(c+1)*chunk, l.until); k++ {
			t := l.waiting[k]
			buf = l.finder.find(t, l.taken(t), 1, buf[:0])
			g, ok := first(buf)
			if !ok {
				g.unit = -1
			}
			l.guess[k%ahead] = g
		}
	})
}

func first(buf []found) (found, bool) {
	if len(buf) == 0 {
		return found{}, false
	}
	return buf[0], true
}
