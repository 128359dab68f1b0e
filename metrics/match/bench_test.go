package match

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// syntheticFrame draws n units with covariates x1, x2, … , a group of 20, and
// a treatment that about 20 % get, depending on the covariates.
func syntheticFrame(t testing.TB, n, covariates int, seed uint64) *Frame {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	cols := make([]Column, 0, covariates+2)
	treat, group := make([]float64, n), make([]float64, n)
	logits := make([]float64, n)
	for j := range covariates {
		x := make([]float64, n)
		for i := range x {
			x[i] = r.NormFloat64()
			logits[i] += x[i] / float64(2+j)
		}
		cols = append(cols, Numeric(fmt.Sprintf("x%d", j+1), x))
	}
	for i, l := range logits {
		treat[i] = number(r.Float64() < 1/(1+math.Exp(1.7-l)))
		group[i] = float64(r.IntN(20))
	}
	f, err := NewFrame(append(cols, Numeric("treat", treat), Numeric("group", group))...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func syntheticFormula(covariates int) string {
	names := make([]string, covariates)
	for j := range names {
		names[j] = fmt.Sprintf("x%d", j+1)
	}
	return "treat ~ " + strings.Join(names, " + ")
}

// million adds the full measure: go test -run '^$' -bench Nearest -million.
var million = flag.Bool("million", false, "also run the benchmarks on a million units")

// benchmarkSizes are the numbers of units.
func benchmarkSizes() []int {
	sizes := []int{10_000, 100_000}
	if *million {
		sizes = append(sizes, 1_000_000)
	}
	return sizes
}

func benchmarkRun(b *testing.B, spec Spec) {
	b.Helper()
	spec.Formula = syntheticFormula(10)
	for _, n := range benchmarkSizes() {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			f := syntheticFrame(b, n, 10, 1)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Run(f, spec); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkNearest(b *testing.B) { benchmarkRun(b, Spec{}) }
func BenchmarkNearestCaliper(b *testing.B) {
	benchmarkRun(b, Spec{Calipers: []Caliper{{Width: 0.2}}})
}
func BenchmarkNearestRatio3(b *testing.B)      { benchmarkRun(b, Spec{Ratio: 3}) }
func BenchmarkNearestReplace(b *testing.B)     { benchmarkRun(b, Spec{Replace: true}) }
func BenchmarkNearestExact(b *testing.B)       { benchmarkRun(b, Spec{Exact: "~ group"}) }
func BenchmarkNearestClosest(b *testing.B)     { benchmarkRun(b, Spec{Order: Closest}) }
func BenchmarkMahalanobis(b *testing.B)        { benchmarkRun(b, Spec{Distance: Mahalanobis}) }
func BenchmarkSubclass(b *testing.B)           { benchmarkRun(b, Spec{Method: Subclass}) }
func BenchmarkCoarsened(b *testing.B)          { benchmarkRun(b, Spec{Method: Coarsened}) }
func BenchmarkEntropy(b *testing.B)            { benchmarkRun(b, Spec{Method: Entropy}) }
func BenchmarkInverseProbability(b *testing.B) { benchmarkRun(b, Spec{Method: Weighting}) }

func BenchmarkBalance(b *testing.B) {
	for _, n := range benchmarkSizes() {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			f := syntheticFrame(b, n, 10, 1)
			r, err := Run(f, Spec{Formula: syntheticFormula(10)})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Balance(f, BalanceOptions{PairDistance: true}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
