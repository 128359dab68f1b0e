package disclosure

import (
	"math"
	"slices"
)

// block is a part of a system that shares no quantity in doubt with the rest,
// as a linear program. Ends that are open are clamped far outside what
// protection needs: that can only make an interval narrower.
type block struct {
	quantities []int
	column     map[int]int // by quantity
	program    program
	sums       [][]term  // by row, over the columns
	start      []float64 // the true table, if it is known
}

// blocks returns the parts of a system that hold the targets, in their order.
func (s *system) blocks(known []Range, targets []int, levels map[int]Level) []*block {
	seen := map[int]bool{}
	var out []*block
	for _, t := range targets {
		if seen[t] {
			continue
		}
		seen[t] = true
		b := &block{quantities: []int{t}}
		for k := 0; k < len(b.quantities); k++ {
			for _, at := range s.in[b.quantities[k]] {
				for _, other := range s.sums[at.sum] {
					if q := other.quantity; !seen[q] && known[q].width() > 0 {
						seen[q] = true
						b.quantities = append(b.quantities, q)
					}
				}
			}
		}
		slices.Sort(b.quantities)
		s.fill(b, known, levels)
		out = append(out, b)
	}
	return out
}

// fill writes a block's program: the sums, then the columns' bounds.
func (s *system) fill(b *block, known []Range, levels map[int]Level) {
	b.column = make(map[int]int, len(b.quantities))
	for j, q := range b.quantities {
		b.column[q] = j
	}
	rows := map[int]int{} // by the system's sum
	for _, q := range b.quantities {
		var col []entry
		for _, at := range s.in[q] {
			row, ok := rows[at.sum]
			if !ok {
				row = len(b.sums)
				rows[at.sum] = row
				own, fixed := split(s.sums[at.sum], b.column, known)
				b.sums = append(b.sums, own)
				b.program.rhs = append(b.program.rhs, -fixed)
			}
			col = append(col, entry{row, float64(at.sign)})
		}
		b.program.cols = append(b.program.cols, col)
	}
	far := b.far(known, levels)
	for _, q := range b.quantities {
		lo, hi := max(float64(known[q].Lo), -far), min(float64(known[q].Hi), far)
		b.program.lo, b.program.hi = append(b.program.lo, lo), append(b.program.hi, hi)
		switch v := float64(s.truth[q]); {
		case lo <= v && v <= hi:
			b.start = append(b.start, v)
		case hi < far && lo > -far:
			b.start = append(b.start, math.Floor((lo+hi)/2))
		default:
			b.start = append(b.start, min(max(0, lo), hi))
		}
	}
}

// far is a magnitude beyond which no table of the block need go.
func (b *block) far(known []Range, levels map[int]Level) float64 {
	far := 1.0
	for _, q := range b.quantities {
		for _, end := range []int64{known[q].Lo, -known[q].Lo, known[q].Hi, -known[q].Hi} {
			if end < Unbounded {
				far = max(far, float64(end))
			}
		}
		far = max(far, float64(levels[q].Width), float64(levels[q].Below), float64(levels[q].Above))
	}
	for _, v := range b.program.rhs {
		far = max(far, math.Abs(v))
	}
	return 8 * far
}

// split parts a sum into a block's columns and what is known exactly.
func split(terms []term, column map[int]int, known []Range) (own []term, fixed float64) {
	for _, t := range terms {
		if j, ok := column[t.quantity]; ok {
			own = append(own, term{j, t.sign})
			continue
		}
		fixed += float64(t.sign * known[t.quantity].Lo)
	}
	return own, fixed
}

// pivots is how many a linear program over the block may take.
func (b *block) pivots() int { return 1000 + 4*(len(b.quantities)+len(b.sums)) }
