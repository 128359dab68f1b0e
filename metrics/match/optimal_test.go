package match

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/policy"
)

// TestOptimalIsLeast compares optimal pairs with every possible pairing.
func TestOptimalIsLeast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n1 := rapid.IntRange(1, 4).Draw(t, "treated")
		n0 := rapid.IntRange(1, 6).Draw(t, "controls")
		f := randomFrame(t, n1, n0)
		spec := Spec{Formula: "treat ~ x + z", Method: Optimal, Distance: ColumnDistance("x"), Ratio: 1}
		if rapid.Bool().Draw(t, "euclidean") {
			spec.Distance = Euclidean
		}
		if 2*n1 <= n0 {
			spec.Ratio = float64(rapid.IntRange(1, 2).Draw(t, "ratio"))
		}
		spec.AntiExact = rapid.SampledFrom([]string{"", "school"}).Draw(t, "antiexact")
		r, err := Run(f, spec)
		if policy.CodeOf(err) == policy.DataRefused && spec.AntiExact != "" {
			return // no pair is allowed
		}
		if err != nil {
			t.Fatal(err)
		}
		b := distances(t, f, spec)
		var got float64
		for i, u := range r.Pairs.Focal {
			for _, m := range r.Pairs.Of(i) {
				got += b.distance(u, m)
			}
		}
		small, large, k := 0, n1, int(spec.Ratio)
		if n0 < n1 {
			small, large = n1, 0
		}
		want := leastPairing(k*min(n1, n0), max(n1, n0), func(i, j int) float64 {
			a, c := int32(small+i/k), int32(large+j)
			if !b.p.limits.ok(a, c) {
				return math.Inf(1)
			}
			return b.distance(a, c)
		})
		got += unpaired * float64(k*min(n1, n0)-len(r.Pairs.Match))
		if math.Abs(got-want) > 1e-8*(1+want) {
			t.Fatalf("%d pairs, total distance and penalty %v, want %v", len(r.Pairs.Match), got, want)
		}
	})
}

// unpaired is the penalty of a left node without a right node.
const unpaired = 1e4

// leastPairing tries all ways to give each of n left nodes its own right node,
// or none.
func leastPairing(n, m int, cost func(i, j int) float64) float64 {
	used := make([]bool, m)
	var try func(i int) float64
	try = func(i int) float64 {
		if i == n {
			return 0
		}
		best := unpaired + try(i+1)
		for j := range m {
			if !used[j] && !math.IsInf(cost(i, j), 1) {
				used[j] = true
				best = min(best, cost(i, j)+try(i+1))
				used[j] = false
			}
		}
		return best
	}
	return try(0)
}

// distances returns what measures distances under spec.
func distances(t *rapid.T, f *Frame, spec Spec) *bipartite {
	p, err := prepare(f, spec)
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.space()
	if err != nil {
		t.Fatal(err)
	}
	return &bipartite{p: p, space: s}
}

// TestFullIsLeast compares full matching with every set of pairs that covers
// all units within bounds.
func TestFullIsLeast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n1 := rapid.IntRange(1, 3).Draw(t, "treated")
		n0 := rapid.IntRange(1, 4).Draw(t, "controls")
		f := randomFrame(t, n1, n0)
		spec := Spec{Formula: "treat ~ x + z", Method: Full, Distance: Euclidean, Estimand: ATE,
			MinControls: rapid.SampledFrom([]float64{0, 0, 0.5}).Draw(t, "min"),
			MaxControls: rapid.SampledFrom([]float64{0, 0, 2}).Draw(t, "max")}
		r, err := Run(f, spec)
		refused := policy.CodeOf(err) == policy.DataRefused
		if err != nil && !refused {
			t.Fatal(err)
		}
		b := distances(t, f, spec)
		want := leastCover(n1, n0, spec, func(i, j int) float64 { return b.distance(int32(i), int32(n1+j)) })
		if refused != math.IsInf(want, 1) {
			t.Fatalf("error %v, but the least distance is %v", err, want)
		}
		if refused {
			return
		}
		var got float64
		for i := range n1 {
			for j := n1; j < n1+n0; j++ {
				if r.Subclass[i] == r.Subclass[j] {
					got += b.distance(int32(i), int32(j))
				}
			}
		}
		if math.Abs(got-want) > 1e-8*(1+want) {
			t.Fatalf("total distance %v, want %v", got, want)
		}
	})
}

// leastCover tries all sets of pairs in which each unit has one at least, and
// no more than the spec allows.
func leastCover(n1, n0 int, spec Spec, cost func(i, j int) float64) float64 {
	most, mostBack := n0, n1
	if spec.MaxControls > 0 {
		most = int(spec.MaxControls)
	}
	if spec.MinControls > 0 {
		mostBack = int(1 / spec.MinControls)
	}
	best := math.Inf(1)
	for set := range 1 << (n1 * n0) {
		var sum float64
		left, right := make([]int, n1), make([]int, n0)
		for e := range n1 * n0 {
			if set>>e&1 == 1 {
				i, j := e/n0, e%n0
				sum += cost(i, j)
				left[i]++
				right[j]++
			}
		}
		if slices.Min(left) > 0 && slices.Min(right) > 0 && slices.Max(left) <= most && slices.Max(right) <= mostBack {
			best = min(best, sum)
		}
	}
	return best
}

// randomFrame draws units, the treated first, with values on a coarse grid so
// that ties are common.
func randomFrame(t *rapid.T, n1, n0 int) *Frame {
	n := n1 + n0
	grid := rapid.SliceOfN(rapid.IntRange(0, 12), n, n)
	column := func(name string) []float64 {
		out := make([]float64, n)
		for i, v := range grid.Draw(t, name) {
			out[i] = float64(v) / 4
		}
		return out
	}
	treat := make([]float64, n)
	for i := range n1 {
		treat[i] = 1
	}
	x, z := column("x"), column("z")
	groups := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), n, n)
	f, err := NewFrame(Numeric("treat", treat), Numeric("x", x), Numeric("z", z),
		Categorical("g", groups.Draw(t, "g")), Categorical("school", groups.Draw(t, "school")))
	if err != nil {
		t.Fatal(err)
	}
	return f
}
