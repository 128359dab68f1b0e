package disclosure

import (
	"errors"
	"math"
	"slices"
)

// interval is what the auditor found of one suppressed quantity. Outer holds
// every value that a table can give it; Inner spans values that tables do give
// it, each checked in whole numbers. Reason says why the level is not met, nil
// if it is.
type interval struct {
	quantity     int
	Outer, Inner Range
	err          error
}

var (
	errTight    = errors.New("the interval is narrower than the protection level")
	errUnproven = errors.New("no two whole-number tables were found that show the interval wide enough")
)

func (l Level) met(r Range, truth int64, known bool) bool {
	if r.width() < l.Width {
		return false
	}
	return !known || r.Lo <= truth-l.Below && r.Hi >= truth+l.Above
}

// bound judges every quantity that has a level, in the order of quantities. A
// quantity passes when two tables that would have been published as the same
// figures are found and lie wide enough apart, so that no error of floating
// point can let one pass; all else fails. Proofs, if given, are tried first.
func (s *system) bound(levels map[int]Level, proofs map[int]proof) ([]interval, error) {
	known, err := s.propagate(s.known)
	if err != nil {
		return nil, err
	}
	targets := make([]int, 0, len(levels))
	for q := range levels {
		targets = append(targets, q)
	}
	slices.Sort(targets)
	out := make([]interval, len(targets))
	open := map[int]*interval{}
	var left []int
	for i, q := range targets {
		out[i] = interval{quantity: q, Outer: known[q], Inner: Range{Unbounded, -Unbounded}, err: errTight}
		inner := proofs[q].inner(q, s.truth[q])
		if s.tables && levels[q].met(inner, s.truth[q], true) && s.stands(proofs[q]) {
			out[i].Inner, out[i].err = inner, nil
			continue
		}
		if levels[q].met(known[q], s.truth[q], s.tables) {
			open[q] = &out[i]
			left = append(left, q)
		}
	}
	for _, b := range s.blocks(known, left, levels) {
		p := prover{system: s, block: b, levels: levels, known: known}
		for _, q := range b.quantities {
			if open[q] != nil {
				p.open = append(p.open, open[q])
			}
		}
		if err := p.run(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// prover looks for tables in one block that prove its quantities' intervals.
type prover struct {
	system *system
	block  *block
	levels map[int]Level
	known  []Range
	open   []*interval // not proven yet
	walk   *simplex
}

func (p *prover) run() error {
	base, walk, err := p.block.find()
	if errors.Is(err, errEffort) {
		p.giveUp()
		return nil
	}
	if err != nil {
		return err
	}
	p.walk = walk
	if base != nil {
		p.circuits(base)
	}
	const others = 6
	for seed := uint64(1); seed <= others && len(p.open) > 0; seed++ {
		if table, ok := p.block.whole(p.block.guess(seed)); ok {
			p.take(p.block, table)
			p.circuits(table)
		}
	}
	const large = 300
	if p.system.glance && len(p.block.quantities) > large {
		p.giveUp()
		return nil
	}
	p.programs(base)
	return nil
}

// programs proves or refutes by linear programming what is still open.
func (p *prover) programs(base []int64) {
	for _, i := range slices.Clone(p.open) {
		for _, size := range []int{400, 4000} {
			if base != nil && i.err != nil && size < len(p.block.quantities) {
				p.nearby(i, base, size)
			}
		}
		if i.err != nil {
			p.exactly(i)
		}
	}
}

func (p *prover) giveUp() {
	for _, i := range p.open {
		i.err = errUnproven
	}
}

// around returns a table of the system with the block's part as given.
func (p *prover) around(base []int64) []int64 {
	table := make([]int64, len(p.known))
	for q, r := range p.known {
		table[q] = r.Lo
	}
	for j, q := range p.block.quantities {
		table[q] = base[j]
	}
	return table
}

// circuits proves what short circuits from a table can.
func (p *prover) circuits(base []int64) {
	w := p.system.walker(p.known, p.around(base))
	p.open = slices.DeleteFunc(p.open, func(i *interval) bool {
		q := i.quantity
		return p.note(i, w.prove(q, p.levels[q]).inner(q, w.table[q]))
	})
}

// note widens what is proven of an interval, and says whether that suffices.
func (p *prover) note(i *interval, r Range) bool {
	i.Inner = Range{min(i.Inner.Lo, r.Lo), max(i.Inner.Hi, r.Hi)}
	if !p.levels[i.quantity].met(i.Inner, p.system.truth[i.quantity], p.system.tables) {
		return false
	}
	i.err = nil
	return true
}

// take notes a table of a block, or of a part of it.
func (p *prover) take(b *block, table []int64) {
	p.open = slices.DeleteFunc(p.open, func(i *interval) bool {
		j, ok := b.column[i.quantity]
		return ok && p.note(i, Range{table[j], table[j]})
	})
}

// nearby tries to prove an interval with linear programs in which only the
// quantities near it may change, so many at most.
func (p *prover) nearby(i *interval, base []int64, size int) {
	table := p.around(base)
	local := make([]Range, len(table))
	for q, v := range table {
		local[q] = Range{v, v}
	}
	ball := []int{i.quantity}
	seen := map[int]bool{i.quantity: true}
	for k := 0; k < len(ball); k++ {
		local[ball[k]] = p.known[ball[k]]
		for _, at := range p.system.in[ball[k]] {
			for _, t := range p.system.sums[at.sum] {
				if len(ball) < size && !seen[t.quantity] && p.known[t.quantity].width() > 0 {
					seen[t.quantity] = true
					ball = append(ball, t.quantity)
				}
			}
		}
	}
	b := p.system.blocks(local, []int{i.quantity}, p.levels)[0]
	b.start = b.start[:0]
	for _, q := range b.quantities {
		b.start = append(b.start, float64(table[q]))
	}
	walk, err := newSimplex(b.program, b.start, b.pivots())
	if err != nil {
		return
	}
	walk.whole = true
	for _, sign := range []float64{1, -1} {
		p.climb(i, b, walk, sign)
	}
}

// climb moves a quantity up or down until its interval is proven or its end is
// reached, and looks at a table every few pivots.
func (p *prover) climb(i *interval, b *block, walk *simplex, sign float64) {
	const chunk = 20
	for n := 0; n < b.pivots() && i.err != nil; n += chunk {
		err := walk.maximize(map[int]float64{b.column[i.quantity]: sign}, chunk)
		if table, ok := b.whole(walk.x); ok {
			p.take(b, table)
		}
		if err == nil {
			return
		}
	}
}

// exactly finds the greatest and the least value of a quantity.
func (p *prover) exactly(i *interval) {
	const sure = 1e-6
	i.err = errUnproven
	if p.walk == nil {
		walk, err := newSimplex(p.block.program, p.block.start, p.block.pivots())
		if err != nil {
			return
		}
		p.walk = walk
	}
	j := p.block.column[i.quantity]
	for _, sign := range []float64{1, -1} {
		p.walk.whole = true // for a table first
		p.climb(i, p.block, p.walk, sign)
		p.walk.whole = false
		if i.err == nil {
			return
		}
		if p.walk.maximize(map[int]float64{j: sign}, p.block.pivots()) != nil {
			return
		}
		if sign > 0 {
			i.Outer.Hi = min(i.Outer.Hi, int64(math.Floor(p.walk.x[j]+sure)))
		} else {
			i.Outer.Lo = max(i.Outer.Lo, int64(math.Ceil(p.walk.x[j]-sure)))
		}
		if table := p.block.near(p.walk.x, map[int]float64{j: sign}); table != nil {
			p.take(p.block, table)
		}
		if i.err == nil {
			return
		}
	}
	if !p.levels[i.quantity].met(i.Outer, p.system.truth[i.quantity], p.system.tables) {
		i.err = errTight
	}
}
