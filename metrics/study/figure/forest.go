package figure

import (
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

// Forest draws effects with their intervals: of one outcome in its unit, of
// several in standard deviations. Of a binary outcome's measures it shows the
// difference of risks.
func Forest(effects []study.Effect) Figure {
	effects = slices.DeleteFunc(slices.Clone(effects), study.Effect.Ratio)
	several := slices.ContainsFunc(effects, func(e study.Effect) bool { return e.Outcome != effects[0].Outcome })
	p := newPlot("Effects with 95 % intervals", axisOf(effects, several), "")
	labels, points := make([]string, len(effects)), make(plotter.XYs, len(effects))
	for i, e := range effects {
		value, low, high := e.Value()
		if several {
			value = e.Size.Value
			low, high = e.Size.Interval(study.Level)
		}
		y := float64(len(effects) - 1 - i)
		labels[i], points[i] = e.Outcome+", "+models[e.Model], plotter.XY{X: value, Y: y}
		p.Add(line(plotter.XYs{{X: low, Y: y}, {X: high, Y: y}}, blue, vg.Points(1.6)))
	}
	names(p, labels)
	vertical(p, 0, grey)
	p.Add(dots(points, blue, draw.CircleGlyph{}))
	margin := (p.X.Max - p.X.Min) / 20
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
