package disclosure

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// drawProgram draws a program that has a whole-number solution.
func drawProgram(t *rapid.T) program {
	n, m := rapid.IntRange(2, 12).Draw(t, "columns"), rapid.IntRange(1, 7).Draw(t, "rows")
	p := program{rhs: make([]float64, m)}
	for range n {
		var col []entry
		lo := rapid.IntRange(-5, 5).Draw(t, "lo")
		hi := lo + rapid.IntRange(0, 8).Draw(t, "width")
		inside := rapid.IntRange(lo, hi).Draw(t, "inside")
		for i := range m {
			if a := rapid.IntRange(-1, 1).Draw(t, "a"); a != 0 {
				col = append(col, entry{i, float64(a)})
				p.rhs[i] += float64(a * inside)
			}
		}
		p.cols, p.lo, p.hi = append(p.cols, col), append(p.lo, float64(lo)), append(p.hi, float64(hi))
	}
	return p
}

// TestSimplexOptimal checks optima by weak duality, which needs no second
// solver: for any y, no feasible x has more than y·b + Σ max(d·lo, d·hi), where
// d = c - y A. (gonum's simplex calls some of these programs infeasible.)
func TestSimplexOptimal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		start := make([]float64, len(p.cols))
		for j := range start {
			start[j] = float64(rapid.IntRange(-5, 13).Draw(t, "start"))
		}
		s, err := newSimplex(p, start, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 { // one after the other, from where the last one ended
			objective := map[int]float64{}
			for j := range p.cols {
				objective[j] = float64(rapid.IntRange(-3, 3).Draw(t, "cost"))
			}
			s.whole = rapid.Bool().Draw(t, "whole")
			if err := s.maximize(objective, 10_000); err != nil {
				if s.whole {
					continue // whole steps need not get there
				}
				t.Fatal(err)
			}
			certify(t, p, s, objective)
		}
	})
}

func certify(t *rapid.T, p program, s *simplex, objective map[int]float64) {
	const tolerance = 1e-6
	value, bound := 0.0, 0.0
	for i, b := range p.rhs {
		bound += s.duals[i] * b
	}
	missed := append([]float64(nil), p.rhs...)
	for j, col := range p.cols {
		if s.x[j] < p.lo[j]-tolerance || s.x[j] > p.hi[j]+tolerance {
			t.Fatalf("column %d is %v, outside %v to %v", j, s.x[j], p.lo[j], p.hi[j])
		}
		d := objective[j]
		for _, e := range col {
			missed[e.row] -= e.value * s.x[j]
			d -= s.duals[e.row] * e.value
		}
		value += objective[j] * s.x[j]
		bound += max(d*p.lo[j], d*p.hi[j])
	}
	for i, v := range missed {
		if math.Abs(v) > tolerance {
			t.Fatalf("row %d is missed by %v", i, v)
		}
	}
	if math.Abs(value-bound) > tolerance {
		t.Fatalf("value %v, but the duals only show that no more than %v is possible", value, bound)
	}
}

func TestSimplexInfeasible(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		p.rhs[0] += 400 // further than twelve columns between -5 and 13 can go
		if _, err := newSimplex(p, make([]float64, len(p.cols)), 10_000); !errors.Is(err, errInfeasible) {
			t.Fatalf("got %v", err)
		}
	})
}
