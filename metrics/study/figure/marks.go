package figure

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// line draws through points.
func line(points plotter.XYs, c color.Color, width vg.Length, dashes ...vg.Length) *plotter.Line {
	return &plotter.Line{XYs: points, LineStyle: draw.LineStyle{Color: c, Width: width, Dashes: dashes}}
}

// vertical draws a line at x over the whole height that the plot has by then.
func vertical(p *plot.Plot, x float64, c color.Color, dashes ...vg.Length) *plotter.Line {
	l := line(plotter.XYs{{X: x, Y: p.Y.Min}, {X: x, Y: p.Y.Max}}, c, vg.Points(1), dashes...)
	p.Add(l)
	return l
}

// dots draws a glyph at each point.
func dots(points plotter.XYs, c color.Color, shape draw.GlyphDrawer) *plotter.Scatter {
	return &plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{Color: c, Radius: vg.Points(3.6), Shape: shape}}
}

// bars draws a filled outline from base up or down to heights, one a bin.
func bars(edges, heights []float64, fill, outline color.Color) *plotter.Polygon {
	points := plotter.XYs{{X: edges[0]}}
	for i, h := range heights {
		points = append(points, plotter.XY{X: edges[i], Y: h}, plotter.XY{X: edges[i+1], Y: h})
	}
	points = append(points, plotter.XY{X: edges[len(edges)-1]})
	return &plotter.Polygon{XYs: []plotter.XYs{points}, Color: fill, LineStyle: draw.LineStyle{Color: outline, Width: vg.Points(1)}}
}
