package disclosure

import (
	"fmt"
	"math/rand/v2"
)

// axis is a dimension of so many categories, in groups of so many when that is
// above 0.
func axis(name string, categories, inGroup int) Dimension {
	d := Dimension{Name: name, Total: "all", Parents: map[string]string{}}
	for c := range categories {
		category := fmt.Sprintf("%s%d", name, c)
		d.Parents[category] = "all"
		if inGroup > 0 {
			d.Parents[category] = fmt.Sprintf("%s-group%d", name, c/inGroup)
			d.Parents[d.Parents[category]] = "all"
		}
	}
	return d
}

// leaves are the categories that no other is part of.
func leaves(d Dimension) []string {
	above := map[string]bool{}
	for _, p := range d.Parents {
		above[p] = true
	}
	var out []string
	for c := range len(d.Parents) {
		if name := fmt.Sprintf("%s%d", d.Name, c); d.Parents[name] != "" && !above[name] {
			out = append(out, name)
		}
	}
	return out
}

// crossed is the table over all combinations of the dimensions' leaves, with
// all sums; draw gives a leaf's figures.
func crossed(t Table, draw func() Cell) Table {
	cells := map[string]*Cell{}
	var order []string
	var visit func(at []string)
	visit = func(at []string) {
		if k := len(at); k < len(t.Dimensions) {
			for _, c := range leaves(t.Dimensions[k]) {
				visit(append(at[:k:k], c))
			}
			return
		}
		leaf := draw()
		var spread func(k int, up []string)
		spread = func(k int, up []string) {
			if k < len(at) {
				for c, ok := at[k], true; ok; c, ok = t.Dimensions[k].parent(c) {
					spread(k+1, append(up[:k:k], c))
				}
				return
			}
			key := fmt.Sprint(up)
			if cells[key] == nil {
				cells[key] = &Cell{At: up}
				order = append(order, key)
			}
			c := cells[key]
			c.People, c.Count, c.Amount = c.People+leaf.People, c.Count+leaf.Count, c.Amount+leaf.Amount
		}
		spread(0, nil)
	}
	visit(nil)
	t.Cells = nil
	for _, key := range order {
		t.Cells = append(t.Cells, *cells[key])
	}
	return t
}

// skewed draws group sizes as tables of schools have them: many small ones.
func skewed(seed uint64) func() Cell {
	r := rand.New(rand.NewPCG(seed, 1))
	return func() Cell {
		n := int64(r.ExpFloat64() * r.ExpFloat64() * 40)
		return Cell{People: n, Count: int64(r.Float64() * float64(n+1)), Amount: n * int64(1000+r.IntN(4000))}
	}
}

// defaults are those of Weir's policy: ten people, three schools, counts to the nearest five,
// NCES's bands, dominance and degrees of freedom as ACRO has them.
func defaults() Thresholds {
	return Thresholds{
		People: 10, Groups: 3, ZerosDisclose: true, ResidualDF: 10,
		Rounding:  Rounding{Method: Nearest, Base: 5},
		Bands:     []Band{{300, 0.01}, {100, 0.02}, {40, 0.05}},
		Dominance: NK{N: 2, K: 0.90}, PRatio: 0.10,
		Width: 5, Spread: 0.10,
	}
}
