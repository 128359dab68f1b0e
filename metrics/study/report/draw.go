package report

import (
	"bytes"

	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/metrics/study/figure"
)

// draw adds the pictures, of what is shown elsewhere in the report. There are no
// distributions of single units' values among them.
func (in Input) draw(r *Report, c *study.Comparison, guard *protection) error {
	r.Figures = []Figure{}
	if err := r.add(figure.Love(guard.shownBalance(in, c)), "Standardized mean differences of covariates before and after matching."); err != nil {
		return err
	}
	if len(c.Effects) == 0 {
		return nil
	}
	if err := r.add(figure.Forest(c.Effects), "Effects by outcome model, with 95 % intervals."); err != nil {
		return err
	}
	for _, o := range r.Sensitivity {
		if len(o.Curve) == 0 {
			continue
		}
		caption := "Effects on " + o.Outcome + " by each way to match and adjust that was tried, in ascending order; the protocol's is filled."
		if err := r.add(figure.Curve(o.Outcome, in.curves[o.Outcome]), caption); err != nil {
			return err
		}
	}
	return nil
}

func (r *Report) add(f figure.Figure, caption string) error {
	var svg bytes.Buffer
	if err := f.Write(&svg, "svg"); err != nil {
		return err
	}
	text := svg.String()
	if i := bytes.Index(svg.Bytes(), []byte("<svg")); i > 0 {
		text = text[i:]
	}
	r.Figures = append(r.Figures, Figure{Name: f.Name, Caption: caption, SVG: text})
	return nil
}
