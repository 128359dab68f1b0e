package method

import (
	"context"
	"math"
)

// trend is the slope of a least squares line of value by x, such as a year, which
// counts in tenths. The interval is by the jackknife over schools, or people inside
// one school: few schools of unequal size make CR1 too sure of a slope (MacKinnon,
// Nielsen and Webb, Journal of Applied Econometrics 38, 2023).
type trend struct{}

func (trend) Version() int { return 2 }

func (trend) Kind(Options) Kind { return Estimate }

func (trend) Check(o Options) ([]string, error) { return []string{"value", "x"}, o.Unknown() }

func (trend) Estimate(ctx context.Context, in Input) error {
	const (
		// slopes magnify rounding, so values count in billionths
		y = "CAST(round(CAST(value AS DOUBLE) * 1e9) AS BIGINT)"
		// from the least on, so that squares of years stay small
		x = "CAST(round((CAST(x AS DOUBLE) - CAST((SELECT min(x) FROM {units}) AS DOUBLE)) * 10) AS BIGINT)"
	)
	cells, err := in.clusters(ctx, "value IS NOT NULL AND x IS NOT NULL", nil,
		[]string{"CAST(1000000 AS BIGINT)", y, y + " * " + x, x + " * 100000", x + " * " + x}, "count(DISTINCT who)")
	if err != nil {
		return err
	}
	same := func(b float64) float64 { return b }
	figures := make([]figure, len(cells))
	for i, c := range cells {
		f := figure{cell: c, value: slope(c.sums(-1)), label: "least squares, jackknife over " + plural(c.by) + ", t", numerator: math.NaN(), denominator: math.NaN()}
		f.low, f.high = c.jackknife(f.value, slope, same, same)
		figures[i] = f
	}
	return in.store(ctx, figures)
}

// slope of a line from n, 1000 Σy, 10000 Σxy, Σx and Σx² / 10000.
func slope(s []float64) float64 {
	n, sy, sxy, sx, sxx := s[0], s[1]/1e3, s[2]/1e4, s[3], s[4]*1e4
	spread := sxx - sx*sx/n
	if spread < 1e-9 {
		return math.NaN()
	}
	return (sxy - sx*sy/n) / spread
}
