package method

import (
	"context"
	"math"

	"github.com/weir-warehouse/weir/metrics/stats"
)

// intraclass is the share of the variance of value that lies between schools,
// ICC(1), with its interval by F: what a study needs to know of how many schools
// it must ask. Estimates below zero are zero.
type intraclass struct{}

func (intraclass) Version() int { return 1 }

func (intraclass) Rereads() bool { return false }

func (intraclass) Kind(Options) Kind { return Estimate }

func (intraclass) Check(o Options) ([]string, error) {
	return []string{"value", "school_id"}, o.Unknown()
}

func (intraclass) Estimate(ctx context.Context, in Input) error {
	cells, err := in.clusters(ctx, "value IS NOT NULL AND school_id IS NOT NULL", nil,
		[]string{"CAST(1000000 AS BIGINT)", micro("value"), micro("CAST(value AS DOUBLE) * CAST(value AS DOUBLE)")})
	if err != nil {
		return err
	}
	var figures []figure
	for _, c := range cells {
		if c.schools < 2 {
			continue
		}
		sizes, means, within := make([]float64, len(c.clusters)), make([]float64, len(c.clusters)), make([]float64, len(c.clusters))
		for g, s := range c.clusters {
			sizes[g], means[g] = s[0], s[1]/s[0]
			within[g] = max(0, s[2]-s[1]*means[g])
		}
		icc, err := stats.ICC1Moments(sizes, means, within, Level)
		if err != nil { // a value for each school, or all the same
			continue
		}
		share := func(r float64) float64 { return min(1, max(0, r)) }
		figures = append(figures, figure{
			cell: c, value: share(icc.Value), low: share(icc.Low), high: share(icc.High), label: "ICC(1), F",
			numerator: math.NaN(), denominator: math.NaN(), df: int64(c.sums(-1)[0]) - int64(icc.N),
		})
	}
	return in.store(figures)
}
