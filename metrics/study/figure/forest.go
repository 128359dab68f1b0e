package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/weir-warehouse/weir/metrics/study"
)

// models names the outcome models on pictures.
var models = map[study.Model]string{
	study.Unadjusted: "unadjusted", study.MainEffects: "main effects", study.Interacted: "g-computation",
}

// interval is an effect as it is drawn.
type interval struct {
	label            string
	value, low, high float64
}

// Forest draws effects with their intervals: of one outcome in its unit, of
// several in standard deviations. Of a binary outcome's measures it shows the
// difference of risks. What has no interval is left out. There must be an
// effect.
func Forest(effects []study.Effect) Figure {
	several := slices.ContainsFunc(effects, func(e study.Effect) bool { return e.Outcome != effects[0].Outcome })
	var shown []interval
	for _, e := range effects {
		value, low, high := e.Value()
		if several {
			value = e.Size.Value
			low, high = e.Size.Interval(study.Level)
		}
		if reach := high - low; !e.Ratio() && !math.IsNaN(reach) && !math.IsInf(reach, 0) {
			shown = append(shown, interval{e.Outcome + ", " + models[e.Model], value, low, high})
		}
	}
	p := newPlot("Effects with 95 % intervals", axisOf(effects, several), "")
	labels, points := make([]string, len(shown)), make(plotter.XYs, len(shown))
	for i, s := range shown {
		y := float64(len(shown) - 1 - i)
		labels[i], points[i] = s.label, plotter.XY{X: s.value, Y: y}
		p.Add(line(plotter.XYs{{X: s.low, Y: y}, {X: s.high, Y: y}}, blue, vg.Points(1.6)))
	}
	names(p, labels)
	vertical(p, 0, grey)
	p.Add(dots(points, blue, draw.CircleGlyph{}))
	margin := max((p.X.Max-p.X.Min)/20, 1e-9)
	p.X.Min, p.X.Max = p.X.Min-margin, p.X.Max+margin
	return Figure{Name: "effects", width: 6.5 * vg.Inch, height: rowsHeight(len(labels)), panels: [][]*plot.Plot{{p}}}
}

// axisOf says in which unit effects are.
func axisOf(effects []study.Effect, several bool) string {
	switch {
	case several:
		return "effect in standard deviations (g)"
	case effects[0].Measure == study.Difference:
		return "effect on " + effects[0].Outcome + ", in its unit"
	}
	return "difference in the share with " + effects[0].Outcome
}
