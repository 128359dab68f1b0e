package match

import (
	"math"
	"slices"
)

// codesOf numbers the distinct values of a column from 0.
func codesOf(c Column) []int32 {
	if !c.Numeric() {
		return c.codes
	}
	n := newNumbering()
	codes := make([]int32, len(c.values))
	for i, x := range c.values {
		codes[i] = n.of(math.Float64bits(x + 0)) // −0 is 0
	}
	return codes
}

// combine numbers the distinct combinations of codes from 0, in order of
// appearance. It returns nil for no codes.
func combine(lists ...[]int32) []int32 {
	var out []int32
	for _, codes := range lists {
		n := newNumbering()
		next := make([]int32, len(codes))
		for i, c := range codes {
			key := uint64(uint32(c)) //nolint:gosec // the bits as they are
			if out != nil {
				key |= uint64(uint32(out[i])) << 32 //nolint:gosec // as above
			}
			next[i] = n.of(key)
		}
		out = next
	}
	return out
}

// numbering numbers keys from 0, in order of appearance: a hash table with open
// addressing, at most half full.
type numbering struct {
	keys    []uint64
	numbers []int32 // from 1; 0: empty
	count   int32
	shift   int // of a hash, to a place
}

func newNumbering() *numbering {
	const bits = 10
	return &numbering{keys: make([]uint64, 1<<bits), numbers: make([]int32, 1<<bits), shift: 64 - bits}
}

// of returns a key's number.
func (n *numbering) of(key uint64) int32 {
	at := n.find(key)
	if n.numbers[at] == 0 {
		if 2*int(n.count) >= len(n.keys) {
			n.grow()
			at = n.find(key)
		}
		n.count++
		n.keys[at], n.numbers[at] = key, n.count
	}
	return n.numbers[at] - 1
}

// find returns the place of a key, or the empty one where it belongs.
func (n *numbering) find(key uint64) int {
	hash := key ^ key>>32
	hash *= 0x9e3779b97f4a7c15 // 2⁶⁴ over the golden ratio (Knuth, The Art of Computer Programming, section 6.4)
	at := int(hash >> n.shift) //nolint:gosec // few bits are left
	for n.numbers[at] != 0 && n.keys[at] != key {
		at = (at + 1) & (len(n.keys) - 1)
	}
	return at
}

func (n *numbering) grow() {
	old := *n
	n.shift--
	n.keys, n.numbers = make([]uint64, 2*len(old.keys)), make([]int32, 2*len(old.keys))
	for i, number := range old.numbers {
		if number != 0 {
			at := n.find(old.keys[i])
			n.keys[at], n.numbers[at] = old.keys[i], number
		}
	}
}

// bothArms renumbers the cells from 1 that have units of both arms, in the
// order in which units of the first unit's arm enter them; the others get 0.
func bothArms(cells []int32, arm []bool) []int32 {
	has := make([][2]bool, slices.Max(cells)+1)
	for i, c := range cells {
		has[c][place(arm[i])] = true
	}
	number := make([]int32, len(has))
	var last int32
	for i, c := range cells {
		if arm[i] == arm[0] && number[c] == 0 && has[c][0] && has[c][1] {
			last++
			number[c] = last
		}
	}
	out := make([]int32, len(cells))
	for i, c := range cells {
		out[i] = number[c]
	}
	return out
}

// place is 1 for true, the second arm.
func place(b bool) int {
	if b {
		return 1
	}
	return 0
}
