package match

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Codes number values, and combinations of codes, in order of appearance.
func TestCodesAreInOrderOfAppearance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 3000).Draw(t, "rows")
		step := rapid.Float64Range(1e-3, 1).Draw(t, "step")
		values, other := make([]float64, n), make([]int32, n)
		for i := range values {
			values[i] = math.Floor(step*float64(i*i%(n+7))) - 5
			other[i] = int32(i % 3)
		}
		values[0] = math.Copysign(0, -1)
		codes := codesOf(Numeric("x", values))
		var seen []float64
		for i, x := range values {
			k := slices.Index(seen, x)
			if k < 0 {
				k, seen = len(seen), append(seen, x)
			}
			if int(codes[i]) != k {
				t.Fatalf("row %d has the code %d, want %d", i, codes[i], k)
			}
		}
		type pair [2]int32
		var pairs []pair
		for i, c := range combine(codes, other) {
			p := pair{codes[i], other[i]}
			k := slices.Index(pairs, p)
			if k < 0 {
				k, pairs = len(pairs), append(pairs, p)
			}
			if int(c) != k {
				t.Fatalf("row %d is in cell %d, want %d", i, c, k)
			}
		}
	})
}
