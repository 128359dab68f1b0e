package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// Bootstrap is a block bootstrap: whole blocks (schools, pairs) are drawn with
// replacement, as many as there are, and the statistic computed anew (Davison
// and Hinkley, Bootstrap Methods and their Application, section 3.8).
type Bootstrap struct {
	Blocks     []int  // a code for each row; rows of a block are drawn together
	Replicates int    // 0 means 999
	Seed       uint64 // the same seed gives the same draws
}

// BootstrapResult is the distribution of a statistic over replicates.
type BootstrapResult struct {
	Values []float64 // ascending, of the replicates that could be computed
	Failed int       // replicates that could not, such as one that drew no treated unit
	SE     float64   // standard deviation of Values
}

// Run computes statistic on each replicate's rows, in which a row stands as
// often as it was drawn. It runs on all processors at once, so statistic must
// not write to what replicates share. A replicate for which it returns an error
// or NaN counts as failed. Errors: fewer than two blocks, a negative number of
// replicates, or more than a tenth of them failed.
func (b Bootstrap) Run(statistic func(rows []int) (float64, error)) (BootstrapResult, error) {
	blocks := group(b.Blocks, nil)
	if len(blocks) < 2 || b.Replicates < 0 {
		return BootstrapResult{}, policy.Errorf(policy.DataRefused,
			"bootstrap of %d blocks and %d replicates: it needs at least two blocks", len(blocks), b.Replicates)
	}
	replicates := b.Replicates
	if replicates == 0 {
		replicates = 999
	}
	values := make([]float64, replicates)
	inParallel(replicates, func(r int) {
		random := rand.New(rand.NewPCG(b.Seed, uint64(r))) //nolint:gosec // reproducible by design
		var rows []int
		for range blocks {
			rows = append(rows, blocks[random.IntN(len(blocks))]...)
		}
		value, err := statistic(rows)
		if err != nil {
			value = math.NaN()
		}
		values[r] = value
	})
	return summarize(values)
}

func summarize(values []float64) (BootstrapResult, error) {
	drawn := len(values)
	values = slices.DeleteFunc(values, math.IsNaN)
	slices.Sort(values)
	failed := drawn - len(values)
	if failed*10 > drawn {
		return BootstrapResult{}, policy.Errorf(policy.DataRefused,
			"bootstrap: the statistic could not be computed in %d of %d replicates", failed, drawn)
	}
	n := float64(len(values))
	return BootstrapResult{Values: values, Failed: failed, SE: math.Sqrt(weightedVariance(values, nil) * n / (n - 1))}, nil
}

// Interval returns the percentile interval of a level such as 0.95.
func (r BootstrapResult) Interval(level float64) (low, high float64) {
	return quantile(r.Values, (1-level)/2), quantile(r.Values, (1+level)/2)
}

// quantile returns R's type 7 quantile of ascending values.
func quantile(sorted []float64, p float64) float64 {
	place := p * float64(len(sorted)-1)
	below := int(math.Floor(place))
	if below+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[below] + (place-float64(below))*(sorted[below+1]-sorted[below])
}
