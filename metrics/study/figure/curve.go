package figure

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/weir-warehouse/weir/metrics/study"
)

// Curve draws the effects of a specification curve with their 95 % intervals, in
// ascending order. The plan's own are filled. There must be an effect.
func Curve(outcome string, curve []study.Specification) Figure {
	var shown []study.Specification
	for _, s := range curve {
		if s.Problem == "" && s.Model != study.Unadjusted && !math.IsNaN(s.Estimate.SE) {
			shown = append(shown, s)
		}
	}
	slices.SortStableFunc(shown, func(a, b study.Specification) int { return cmp.Compare(a.Estimate.Value, b.Estimate.Value) })
	p := newPlot("Specification curve: "+outcome, "specifications, by effect", "effect")
	var own, others plotter.XYs
	for i, s := range shown {
		low, high := s.Estimate.Interval(study.Level)
		x := float64(i + 1)
		colour := grey
		if s.Chosen {
			colour = blue
		}
		p.Add(line(plotter.XYs{{X: x, Y: low}, {X: x, Y: high}}, colour, vg.Points(1.6)))
		if s.Chosen {
			own = append(own, plotter.XY{X: x, Y: s.Estimate.Value})
		} else {
			others = append(others, plotter.XY{X: x, Y: s.Estimate.Value})
		}
	}
	zero := line(plotter.XYs{{X: 0.4, Y: 0}, {X: float64(len(shown)) + 0.6, Y: 0}}, grey, vg.Points(1))
	p.Add(zero, dots(others, grey, draw.RingGlyph{}), dots(own, blue, draw.CircleGlyph{}))
	p.X.Tick.Marker = plot.ConstantTicks{}
	p.X.Tick.Length = 0
	p.Y.Max += (p.Y.Max - p.Y.Min) / 20
	return Figure{Name: "specifications", width: 6.5 * vg.Inch, height: 3.2 * vg.Inch, panels: [][]*plot.Plot{{p}}}
}
