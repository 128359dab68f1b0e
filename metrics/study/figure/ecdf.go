package figure

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/study"
)

// maxSteps bounds the points of a curve: more are not to be seen.
const maxSteps = 500

// ECDF draws the distribution functions of numeric variables in both arms,
// before and after matching. There must be a variable.
func ECDF(r *match.Result, variables []match.Column) Figure {
	panels := make([][]*plot.Plot, 0, len(variables))
	for k, v := range variables {
		row := make([]*plot.Plot, 2)
		for j, weights := range [][]float64{nil, r.Weights} {
			title := ""
			if k == 0 {
				title = []string{"Before", "After"}[j]
			}
			row[j] = newPlot(title, v.Name(), "")
			row[j].Y.Min, row[j].Y.Max = 0, 1
			treated := line(steps(r, v.Values(), weights, true), blue, vg.Points(1.6))
			control := line(steps(r, v.Values(), weights, false), vermillion, vg.Points(1.6), vg.Points(5), vg.Points(2))
			row[j].Add(treated, control)
			if k == 0 {
				row[j].Legend.Top = false
				row[j].Legend.Add("treated", treated)
				row[j].Legend.Add("comparison", control)
			}
		}
		row[0].X.Max = max(row[0].X.Max, row[1].X.Max)
		row[0].X.Min = min(row[0].X.Min, row[1].X.Min)
		row[1].X.Min, row[1].X.Max = row[0].X.Min, row[0].X.Max
		row[0].Y.Label.Text = "share at most"
		panels = append(panels, row)
	}
	return Figure{Name: "ecdf", width: 8 * vg.Inch, height: vg.Length(len(panels))*2.1*vg.Inch + vg.Inch/2, panels: panels}
}

// Binned is how a variable is distributed over bins in both arms (comparison,
// treated), as shares of the arm, before and after matching.
type Binned struct {
	Name          string
	Edges         []float64 // between bins: one less than these
	Before, After [2][]float64
}

// Histogram draws how a score is distributed, like Overlap, but from bins of
// unequal width, whose areas count. The outer bins, which are open, are drawn as
// wide as the ones beside them. There must be two edges.
func Histogram(b Binned) Figure {
	first, last := b.Edges[0], b.Edges[len(b.Edges)-1]
	edges := slices.Concat([]float64{2*first - b.Edges[1]}, b.Edges, []float64{2*last - b.Edges[len(b.Edges)-2]})
	var samples [2][2][]float64
	for k, sample := range [][2][]float64{b.Before, b.After} {
		for arm, shares := range sample {
			for i, share := range shares {
				samples[k][arm] = append(samples[k][arm], share/(edges[i+1]-edges[i]))
			}
		}
	}
	return overlap(edges, samples, "share of the arm per unit of score")
}

// Cumulative draws distribution functions like ECDF, but at the edges of bins
// alone. There must be a variable.
func Cumulative(variables []Binned) Figure {
	panels := make([][]*plot.Plot, 0, len(variables))
	for k, v := range variables {
		row := make([]*plot.Plot, 2)
		for j, sample := range [][2][]float64{v.Before, v.After} {
			title := ""
			if k == 0 {
				title = []string{"Before", "After"}[j]
			}
			row[j] = newPlot(title, v.Name, "")
			row[j].Y.Min, row[j].Y.Max = 0, 1
			points := [2]plotter.XYs{sums(v.Edges, sample[0]), sums(v.Edges, sample[1])}
			treated, control := line(points[1], blue, vg.Points(1.6)), line(points[0], vermillion, vg.Points(1.6), vg.Points(5), vg.Points(2))
			row[j].Add(treated, control, dots(points[1], blue, draw.CircleGlyph{}), dots(points[0], vermillion, draw.RingGlyph{}))
			if k == 0 {
				row[j].Legend.Top = false
				row[j].Legend.Add("treated", treated)
				row[j].Legend.Add("comparison", control)
			}
		}
		row[0].Y.Label.Text = "share below"
		panels = append(panels, row)
	}
	return Figure{Name: "ecdf", width: 8 * vg.Inch, height: vg.Length(len(panels))*2.1*vg.Inch + vg.Inch/2, panels: panels}
}

// sums returns the share below each edge.
func sums(edges, shares []float64) plotter.XYs {
	out := make(plotter.XYs, len(edges))
	below := 0.0
	for i, edge := range edges {
		below += shares[i]
		out[i] = plotter.XY{X: edge, Y: below}
	}
	return out
}

// distributed lists the score and the numeric covariates of more than two
// values.
func distributed(c *study.Comparison) ([]match.Column, error) {
	var out []match.Column
	if c.Match.Distance != nil {
		out = append(out, match.Numeric("score", c.Match.Distance))
	}
	formula, err := match.ParseFormula(c.Match.Spec.Formula, c.Frame)
	if err != nil {
		return nil, err
	}
	for _, name := range formula.Columns() {
		column, err := c.Frame.Column(name)
		if err != nil {
			return nil, err
		}
		if column.Numeric() && !twoValued(column.Values()) {
			out = append(out, column)
		}
	}
	return out, nil
}

func twoValued(values []float64) bool {
	first, second := values[0], math.NaN()
	for _, x := range values {
		switch {
		case x == first || x == second:
		case math.IsNaN(second):
			second = x
		default:
			return false
		}
	}
	return true
}

// steps returns the weighted distribution function of an arm's units.
func steps(r *match.Result, values, weights []float64, treated bool) plotter.XYs {
	var rows []int
	total := 0.0
	for i := range values {
		if w := weightOf(r, weights, i); r.Treated[i] == treated && w > 0 {
			rows = append(rows, i)
			total += w
		}
	}
	slices.SortFunc(rows, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	var points plotter.XYs
	below, shown := 0.0, 0.0
	for k, i := range rows {
		below += weightOf(r, weights, i) / total
		last := k == len(rows)-1
		if !last && (values[rows[k+1]] == values[i] || below-shown < 1.0/maxSteps) {
			continue
		}
		points = append(points, plotter.XY{X: values[i], Y: shown}, plotter.XY{X: values[i], Y: below})
		shown = below
	}
	return points
}
