package match

import (
	"math"
	"slices"
	"sort"
)

// quantiles returns the sample quantiles of values by linear interpolation of
// order statistics (type 7 of Hyndman and Fan 1996, R's default).
func quantiles(values, probabilities []float64) []float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	out := make([]float64, len(probabilities))
	for i, q := range probabilities {
		index := float64(len(sorted)-1) * q
		low := math.Floor(index)
		k := int(low)
		out[i] = sorted[k]
		if high := sorted[min(k+1, len(sorted)-1)]; index > low && high != out[i] {
			h := index + 1 - (low + 1)
			out[i] = (1-h)*out[i] + h*high
		}
	}
	return out
}

// sequence returns from, from + by, …, in n+1 steps of equal length.
func sequence(from, to float64, n int) []float64 {
	by := (to - from) / float64(n)
	out := make([]float64, n+1)
	for i := range out {
		out[i] = from + float64(i)*by
	}
	out[n] = to
	return out
}

// interval returns in which of the intervals between ascending cuts x lies,
// from 1: left-closed, and whatever lies outside counts to the nearest.
func interval(x float64, cuts []float64) int {
	k := sort.Search(len(cuts), func(i int) bool { return cuts[i] > x })
	return min(max(k, 1), len(cuts)-1)
}
