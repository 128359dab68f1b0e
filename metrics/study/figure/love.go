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
)

// The limits of standardized differences that readers know: 0.1 is usual, and
// above 0.25 the What Works Clearinghouse sees no baseline equivalence.
const (
	usualLimit  = 0.10
	strictLimit = 0.25
)

// Love draws each covariate's absolute standardized mean difference before and
// after matching, the greatest before on top (Love 2004). Differences that do
// not exist are left out.
func Love(b *match.Balance) Figure {
	order := make([]int, 0, len(b.Matched))
	for i, row := range b.Matched {
		if d := b.All[i].SMD + row.SMD; !math.IsNaN(d) && !math.IsInf(d, 0) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(math.Abs(b.All[j].SMD), math.Abs(b.All[i].SMD))
	})
	p := newPlot("Covariate balance", "absolute standardized mean difference", "")
	labels := make([]string, len(order))
	before, after := make(plotter.XYs, len(order)), make(plotter.XYs, len(order))
	for k, i := range order {
		labels[k] = b.Matched[i].Name
		y := float64(len(order) - 1 - k)
		before[k] = plotter.XY{X: math.Abs(b.All[i].SMD), Y: y}
		after[k] = plotter.XY{X: math.Abs(b.Matched[i].SMD), Y: y}
		p.Add(line(plotter.XYs{before[k], after[k]}, pale, vg.Points(2)))
	}
	names(p, labels)
	vertical(p, 0, grey)
	usual := vertical(p, usualLimit, grey, vg.Points(4), vg.Points(3))
	strict := vertical(p, strictLimit, grey, vg.Points(1), vg.Points(3))
	all, matched := dots(before, vermillion, draw.BoxGlyph{}), dots(after, blue, draw.CircleGlyph{})
	p.Add(all, matched)
	p.Legend.Top = false
	p.Legend.Add("before", all)
	p.Legend.Add("after", matched)
	p.Legend.Add("0.10", usual)
	p.Legend.Add("0.25", strict)
	p.X.Min, p.X.Max = 0, max(p.X.Max*1.05, strictLimit*1.4)
	return Figure{Name: "love", width: 6.5 * vg.Inch, height: rowsHeight(len(labels)), panels: [][]*plot.Plot{{p}}}
}

// rowsHeight is the height of a figure with so many lines of names.
func rowsHeight(rows int) vg.Length { return 1.4*vg.Inch + vg.Length(rows)*vg.Points(19) }
