package match

import "math"

// keyed is a unit with a key whose order as a whole number is that of values.
type keyed struct {
	key uint64
	at  int32
}

// ascending returns the places of values in ascending order; equal values keep
// their order. It sorts by bytes, least significant first (radix sort), and
// skips bytes that all values share. Values may not be NaN.
func ascending(values []float64) []int32 {
	items, spare := make([]keyed, len(values)), make([]keyed, len(values))
	for i, x := range values {
		items[i] = keyed{orderedBits(x), index32(i)}
	}
	for shift := 0; shift < 64; shift += 8 {
		var counts [256]int
		for i := range items {
			counts[items[i].key>>shift&0xff]++
		}
		if len(items) > 0 && counts[items[0].key>>shift&0xff] == len(items) {
			continue
		}
		next := 0
		for b, c := range counts {
			counts[b] = next
			next += c
		}
		for i := range items {
			b := items[i].key >> shift & 0xff
			spare[counts[b]] = items[i]
			counts[b]++
		}
		items, spare = spare, items
	}
	out := make([]int32, len(values))
	for i := range items {
		out[i] = items[i].at
	}
	return out
}

// orderedBits maps a number to one whose order is the same; −0 is 0.
func orderedBits(x float64) uint64 {
	b := math.Float64bits(x + 0)
	if b>>63 == 1 {
		return ^b
	}
	return b | 1<<63
}
