package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Cross products of blocks are those of whole columns, however many rows the
// last block has.
func TestCrossProducts(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 15, 16, 255, 257, chains * productRows, chains*productRows + 3} {
		r := rand.New(rand.NewPCG(1, uint64(n)))
		columns, scale := make([][]float64, 3), make([]float64, n)
		for j := range columns {
			columns[j] = make([]float64, n)
			for i := range n {
				columns[j][i], scale[i] = r.NormFloat64(), r.Float64()
			}
		}
		got := crossProducts(columns, scale)
		for j := range columns {
			for i := range j + 1 {
				want := 0.0
				for k, s := range scale {
					want += s * s * columns[i][k] * columns[j][k]
				}
				if math.Abs(got[j][i]-want) > 1e-12*float64(n) {
					t.Errorf("%d rows: product of %d and %d is %v, want %v", n, i, j, got[j][i], want)
				}
			}
		}
	}
}

// A logistic fit solves the likelihood's equations whether or not its design is
// well conditioned: that is, by the normal equations and by QR.
func TestScoringSolvesTheLikelihoodEquations(t *testing.T) {
	t.Parallel()
	const n = 3000
	for _, noise := range []float64{1, 1e-3, 1e-5} { // of a column that is nearly another
		r := rand.New(rand.NewPCG(2, 0))
		a, b, y := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			a[i] = r.NormFloat64()
			b[i] = a[i] + noise*r.NormFloat64()
			if r.Float64() < 1/(1+math.Exp(1-a[i])) {
				y[i] = 1
			}
		}
		design := Design{Names: []string{"a", "b"}, Columns: [][]float64{a, b}}.WithIntercept(n)
		fit, err := fitToTheEnd(design, y, nil)
		if err != nil {
			t.Fatal(err)
		}
		for j, column := range design.Columns {
			score := 0.0
			for i, x := range column {
				score += x * (y[i] - fit.Fitted[i])
			}
			if math.Abs(score) > 1e-7 {
				t.Errorf("noise %v: score of %s is %v", noise, design.Names[j], score)
			}
		}
		if fit.Aliased[2] {
			t.Errorf("noise %v: b is aliased", noise)
		}
	}
}
