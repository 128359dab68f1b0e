package match

import "math"

// keyed is a unit with half of a key, whose order as a whole number is that of
// the values.
type keyed struct {
	key uint32
	at  int32
}

// ascending returns the places of values in ascending order; equal values keep
// their order. Values may not be NaN. It sorts by the upper half of the values'
// bits, and then by the lower half where units share the upper one.
func ascending(values []float64) []int32 {
	items, spare := make([]keyed, len(values)), make([]keyed, len(values))
	for i, x := range values {
		items[i] = keyed{uint32(orderedBits(x) >> 32), index32(i)}
	}
	items, spare = sortKeys(items, spare)
	out := make([]int32, len(values))
	for from := 0; from < len(items); {
		to := from + 1
		for to < len(items) && items[to].key == items[from].key {
			to++
		}
		run := items[from:to]
		if len(run) > 1 {
			for k, item := range run {
				run[k].key = uint32(orderedBits(values[item.at]) & math.MaxUint32)
			}
			run, _ = sortKeys(run, spare[from:to])
		}
		for k, item := range run {
			out[from+k] = item.at
		}
		from = to
	}
	return out
}

// fewKeys is up to how many insertion is faster than counting.
const fewKeys = 48

// sortKeys sorts items by their keys, stably, and returns them and what is left
// of spare, either of which may be the other's memory.
func sortKeys(items, spare []keyed) (sorted, other []keyed) {
	if len(items) <= fewKeys {
		for i := 1; i < len(items); i++ {
			v, k := items[i], i
			for ; k > 0 && items[k-1].key > v.key; k-- {
				items[k] = items[k-1]
			}
			items[k] = v
		}
		return items, spare
	}
	const bits, digits = 11, 3 // radix sort, the least significant digit first
	var counts [digits][1 << bits]int32
	for _, item := range items {
		for d := range digits {
			counts[d][item.key>>(d*bits)&(1<<bits-1)]++
		}
	}
	for d := range digits {
		count, shift := &counts[d], d*bits
		if int(count[items[0].key>>shift&(1<<bits-1)]) == len(items) {
			continue // all share the digit
		}
		next := int32(0)
		for b, c := range count {
			count[b] = next
			next += c
		}
		for _, item := range items {
			place := &count[item.key>>shift&(1<<bits-1)]
			spare[*place] = item
			*place++
		}
		items, spare = spare, items
	}
	return items, spare
}

// orderedBits maps a number to one whose order is the same; −0 is 0.
func orderedBits(x float64) uint64 {
	b := math.Float64bits(x + 0)
	if b>>63 == 1 {
		return ^b
	}
	return b | 1<<63
}
