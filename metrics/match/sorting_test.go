package match

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAscendingIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOf(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1)}))).Draw(t, "values")
		want := make([]int32, len(values))
		for i := range want {
			want[i] = int32(i)
		}
		slices.SortStableFunc(want, func(a, b int32) int { return compareFloats(values[a], values[b]) })
		if got := ascending(values); !slices.Equal(got, want) {
			t.Fatalf("order %v, want %v", got, want)
		}
	})
}
