package match

import (
	"cmp"
	"slices"
)

// ascending returns the places of values in ascending order; equal values keep
// their order.
func ascending(values []float64) []int32 {
	type item struct {
		value float64
		at    int32
	}
	items := make([]item, len(values))
	for i, x := range values {
		items[i] = item{x, index32(i)}
	}
	slices.SortFunc(items, func(a, b item) int {
		if a.value != b.value {
			return cmp.Compare(a.value, b.value)
		}
		return cmp.Compare(a.at, b.at)
	})
	out := make([]int32, len(values))
	for i, it := range items {
		out[i] = it.at
	}
	return out
}
