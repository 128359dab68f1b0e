package stats

import (
	"cmp"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/weir-warehouse/weir/policy"
)

// ICC1 returns the intraclass correlation ICC(1,1) of values within clusters,
// by one-way analysis of variance: the share of variance that lies between
// schools, say, or the reliability of one visit where every teacher is visited
// by other observers. The interval, of a level such as 0.95, is exact for
// clusters of equal size, and for others takes the size that the variance of
// the mean square implies (Searle, Linear Models, section 9.9; Thomas and
// Hultquist, Annals of Statistics 6, 1978). N counts clusters. Errors: a level
// outside (0, 1), fewer than two clusters, no cluster of two, or values that do not vary.
func ICC1(values []float64, clusters []int, level float64) (Agreement, error) {
	n := len(values)
	if err := cmp.Or(checkLevel(level), checkValues("value", values, n)); err != nil {
		return Agreement{}, err
	}
	if len(clusters) != n {
		return Agreement{}, policy.Errorf(policy.Usage, "intraclass correlation: %d clusters for %d values", len(clusters), n)
	}
	groups := group(clusters, nil)
	sizes, means, within := make([]float64, len(groups)), make([]float64, len(groups)), make([]float64, len(groups))
	for g, rows := range groups {
		sizes[g] = float64(len(rows))
		for _, i := range rows {
			means[g] += values[i] / sizes[g]
		}
		for _, i := range rows {
			within[g] += (values[i] - means[g]) * (values[i] - means[g])
		}
	}
	return ICC1Moments(sizes, means, within, level)
}

// ICC1Moments is ICC1 from the size and mean of each cluster, and the sum of
// squares of its values around that. Errors: as of ICC1.
func ICC1Moments(sizes, means, within []float64, level float64) (Agreement, error) {
	if err := checkLevel(level); err != nil {
		return Agreement{}, err
	}
	k := len(sizes)
	n, rest := floats.Sum(sizes), floats.Sum(within)
	if k < 2 || n <= float64(k) {
		return Agreement{}, policy.Errorf(policy.DataRefused, "intraclass correlation of %v values in %d clusters: it needs two clusters and more values", n, k)
	}
	grand := floats.Dot(sizes, means) / n
	var between float64
	for g, mean := range means {
		between += sizes[g] * (mean - grand) * (mean - grand)
	}
	if rest+between == 0 {
		return Agreement{}, policy.Errorf(policy.DataRefused, "intraclass correlation: all %v values are the same", n)
	}
	d1, d2 := float64(k-1), n-float64(k)
	size := (n - floats.Dot(sizes, sizes)/n) / d1
	if rest == 0 {
		return Agreement{Value: 1, Low: 1, High: 1, N: k}, nil
	}
	f := between / d1 / (rest / d2)
	share := func(f float64) float64 { return (f - 1) / (f + size - 1) }
	p := (1 + level) / 2
	return Agreement{
		Value: share(f),
		Low:   share(f / distuv.F{D1: d1, D2: d2}.Quantile(p)),
		High:  share(f * distuv.F{D1: d2, D2: d1}.Quantile(p)),
		N:     k,
	}, nil
}
