// Package figure draws the pictures of a comparison: covariate balance, overlap
// of scores, distributions before and after, and effects. Each is legible
// without colour, and its colours are told apart by colour-blind readers (Okabe
// and Ito 2008). It draws aggregates and distributions alone, and refuses to
// name a unit.
package figure

import (
	"bytes"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/policy"
)

// Figure is a picture that is ready to be written.
type Figure struct {
	Name          string // such as love, for its file
	width, height vg.Length
	panels        [][]*plot.Plot // rows of plots
}

// dotsPerInch of PNG pictures suits print as well as dense screens.
const dotsPerInch = 192

// fontFamily also names fonts of the same widths, which other machines have.
const fontFamily = "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"

// The colours by role.
var (
	blue       = color.NRGBA{R: 0, G: 114, B: 178, A: 255}
	vermillion = color.NRGBA{R: 213, G: 94, B: 0, A: 255}
	grey       = color.NRGBA{R: 150, G: 150, B: 150, A: 255}
	pale       = color.NRGBA{R: 235, G: 235, B: 235, A: 255}
)

// All draws what there is to draw of a comparison: balance, distributions of
// numeric variables, overlap if there is a score, effects if there are outcomes.
func All(c *study.Comparison) ([]Figure, error) {
	figures := []Figure{Love(c.Balance)}
	if c.Match.Distance != nil {
		figures = append(figures, Overlap(c.Match))
	}
	variables, err := distributed(c)
	if err != nil {
		return nil, err
	}
	if len(variables) > 0 {
		figures = append(figures, ECDF(c.Match, variables))
	}
	if len(c.Effects) > 0 {
		figures = append(figures, Forest(c.Effects))
	}
	return figures, nil
}

// Formats lists the formats that Write knows.
func Formats() []string { return []string{"svg", "png"} }

// Write draws the figure in a format: svg or png.
func (f Figure) Write(w io.Writer, format string) error {
	switch format {
	case "svg":
		c := vgsvg.New(f.width, f.height)
		f.draw(draw.New(c))
		var text bytes.Buffer
		if _, err := c.WriteTo(&text); err != nil {
			return err
		}
		_, err := w.Write(bytes.ReplaceAll(text.Bytes(), []byte("font-family:Liberation Sans;"), []byte(fontFamily)))
		return err
	case "png":
		c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(dotsPerInch))}
		f.draw(draw.New(c))
		_, err := c.WriteTo(w)
		return err
	}
	return policy.Errorf(policy.Usage, "picture format %q is not one of svg, png", format)
}

func (f Figure) draw(c draw.Canvas) {
	c.FillPolygon(color.White, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	gap := vg.Points(14)
	tiles := draw.Tiles{
		Rows: len(f.panels), Cols: len(f.panels[0]), PadX: gap, PadY: gap,
		PadTop: gap, PadBottom: gap, PadLeft: gap, PadRight: gap + gap/2,
	}
	for i, row := range plot.Align(f.panels, tiles, c) {
		for j, canvas := range row {
			f.panels[i][j].Draw(canvas)
		}
	}
}

// newPlot returns an empty plot in the house's style.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = vg.Points(8)
	sans := font.Font{Typeface: "Liberation", Variant: "Sans"}
	p.Title.TextStyle.Font = font.From(sans, vg.Points(12))
	p.Legend.TextStyle.Font = font.From(sans, vg.Points(10))
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font = font.From(sans, vg.Points(10))
		axis.Tick.Label.Font = font.From(sans, vg.Points(9))
		axis.Label.Padding = vg.Points(4)
		axis.Tick.Marker = ticks{}
		axis.Color, axis.Tick.Color = grey, grey
	}
	p.Legend.Top = true
	p.Legend.Padding = vg.Points(3)
	p.Legend.ThumbnailWidth = vg.Points(16)
	return p
}

// names puts names on the vertical axis, the first on top, and leaves room
// below and above.
func names(p *plot.Plot, labels []string) {
	ticks := make(plot.ConstantTicks, len(labels))
	for i, label := range labels {
		ticks[i] = plot.Tick{Value: float64(len(labels) - 1 - i), Label: label}
	}
	p.Y.Tick.Marker = ticks
	p.Y.Tick.Length, p.Y.Width = 0, 0
	p.Y.Min, p.Y.Max = -0.6, float64(len(labels))-0.4
}
