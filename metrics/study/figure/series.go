package figure

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Point is an estimate at a place of a series. What has no estimate is NaN.
type Point struct {
	Label            string // empty: X is a number to be read off the axis
	X                float64
	Value, Low, High float64
	Faint            bool // another kind of estimate, drawn as a ring
}

// Series draws estimates with their 95 % intervals along an axis, and joins those
// that are not faint. A line marks zero if there is something on either side or
// nearby. second names what is faint.
func Series(name, title, x, y, second string, points []Point) Figure {
	p := newPlot(title, x, y)
	var own, faint plotter.XYs
	var labels plot.ConstantTicks
	for _, at := range points {
		if at.Label != "" && !at.Faint {
			labels = append(labels, plot.Tick{Value: at.X, Label: at.Label})
		}
		if math.IsNaN(at.Value) {
			continue
		}
		colour := blue
		if at.Faint {
			colour = vermillion
			faint = append(faint, plotter.XY{X: at.X, Y: at.Value})
		} else {
			own = append(own, plotter.XY{X: at.X, Y: at.Value})
		}
		if !math.IsNaN(at.Low) {
			p.Add(line(plotter.XYs{{X: at.X, Y: at.Low}, {X: at.X, Y: at.High}}, colour, vg.Points(1.6)))
		}
	}
	if len(faint) > 0 {
		p.Legend.Add(second, dots(nil, vermillion, draw.RingGlyph{}))
		p.Legend.Left = true
	}
	p.Add(line(own, blue, vg.Points(1)), dots(own, blue, draw.CircleGlyph{}), dots(faint, vermillion, draw.RingGlyph{}))
	if labels != nil {
		p.X.Tick.Marker, p.X.Tick.Length = labels, 0
	}
	if span := p.Y.Max - p.Y.Min; p.Y.Min-span/2 < 0 && p.Y.Max+span/2 > 0 {
		p.Add(line(plotter.XYs{{X: p.X.Min, Y: 0}, {X: p.X.Max, Y: 0}}, grey, vg.Points(1)))
	}
	margin := max((p.X.Max-p.X.Min)/12, 1e-9)
	p.X.Min, p.X.Max = p.X.Min-margin, p.X.Max+margin
	return Figure{Name: name, width: 6.5 * vg.Inch, height: 3.2 * vg.Inch, panels: [][]*plot.Plot{{p}}}
}
