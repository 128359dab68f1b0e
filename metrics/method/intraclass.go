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
	figures, err := in.squares(ctx, "value IS NOT NULL AND school_id IS NOT NULL", tally{tell: in.Counted}, func(c cell) []figure {
		if c.schools < 2 {
			return nil
		}
		icc, err := c.icc()
		if err != nil { // a value for each school, or all the same
			return nil
		}
		share := func(r float64) float64 { return min(1, max(0, r)) }
		return []figure{{
			cell: c, value: share(icc.Value), low: share(icc.Low), high: share(icc.High), label: "ICC(1), F",
			numerator: math.NaN(), denominator: math.NaN(), df: c.units - int64(icc.N),
		}}
	})
	if err != nil {
		return err
	}
	return in.store(figures)
}

// squares reads clusters with the sums that icc takes: values count in billionths,
// so that squares of small differences between large values keep their digits.
func (in Input) squares(ctx context.Context, keep string, t tally, state func(c cell) []figure) ([]figure, error) {
	u, err := in.read(ctx, keep, nil, []string{"round(CAST(value AS DOUBLE) * 1e9)"})
	if err != nil {
		return nil, err
	}
	t.size = 3
	t.add = func(into []sum, row int32) {
		v := u.sums[0][row]
		into[0].add(1_000_000)
		into[1].add(v)
		into[2].product(v, v)
	}
	return in.tally(u, t, state), nil
}

// icc is ICC(1) of clusters, from n, 1000 Σy and 10¹² Σy² of each.
func (c cell) icc() (stats.Agreement, error) {
	sizes, means, within := make([]float64, len(c.clusters)), make([]float64, len(c.clusters)), make([]float64, len(c.clusters))
	for g, s := range c.clusters {
		sizes[g], means[g] = s[0], s[1]/s[0]/1e3
		within[g] = max(0, s[2]/1e12-s[1]/1e3*means[g])
	}
	return stats.ICC1Moments(sizes, means, within, Level)
}
