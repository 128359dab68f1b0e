package match

import (
	"math"
	"math/rand/v2"
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

// Long runs of values whose upper bits agree, and ties among them, are sorted
// too.
func TestAscendingOfAlikeValues(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 0))
	for name, draw := range map[string]func() float64{
		"large numbers": func() float64 { return 1e12 + float64(r.IntN(2000)) },
		"few values":    func() float64 { return float64(r.IntN(3) - 1) },
		"close to one":  func() float64 { return 1 + 1e-13*r.Float64() },
		"both signs":    func() float64 { return r.NormFloat64() },
	} {
		values, want := make([]float64, 5000), make([]int32, 5000)
		for i := range values {
			values[i], want[i] = draw(), int32(i)
		}
		slices.SortStableFunc(want, func(a, b int32) int { return compareFloats(values[a], values[b]) })
		if !slices.Equal(ascending(values), want) {
			t.Errorf("%s: not in order", name)
		}
	}
}
