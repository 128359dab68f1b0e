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
	results, err := b.RunAll(1, func(rows []int) ([]float64, error) {
		value, err := statistic(rows)
		return []float64{value}, err
	})
	if err != nil {
		return BootstrapResult{}, err
	}
	return results[0], nil
}

// RunAll is Run for a statistic of several values, the points of a curve say,
// which are all computed on the same draws.
func (b Bootstrap) RunAll(size int, statistic func(rows []int) ([]float64, error)) ([]BootstrapResult, error) {
	blocks := group(b.Blocks, nil)
	drawn, err := b.Draw(len(blocks))
	if err != nil {
		return nil, err
	}
	return drawn.RunAll(size, func(blocksDrawn []int32) ([]float64, error) {
		rows := make([]int, 0, len(b.Blocks))
		for _, k := range blocksDrawn {
			rows = append(rows, blocks[k]...)
		}
		return statistic(rows)
	})
}

// Draws are the blocks of each replicate, by their places among all.
type Draws [][]int32

// Draw draws for so many blocks. The same draws serve all tables of as many blocks.
func (b Bootstrap) Draw(blocks int) (Draws, error) {
	replicates := b.Replicates
	if replicates == 0 {
		replicates = 999
	}
	if blocks < 2 || replicates < 2 {
		return nil, policy.Errorf(policy.DataRefused,
			"bootstrap of %d blocks and %d replicates: it needs two of each", blocks, replicates)
	}
	draws := make(Draws, replicates)
	inParallel(replicates, func(r int) {
		random := rand.New(rand.NewPCG(b.Seed, uint64(r))) //nolint:gosec // reproducible by design
		draws[r] = make([]int32, blocks)
		for i := range draws[r] {
			draws[r][i] = int32(random.IntN(blocks)) //nolint:gosec // blocks are counted in 32 bits
		}
	})
	return draws, nil
}

// RunAll computes a statistic of several values on each replicate's blocks. It runs
// on all processors at once, as Bootstrap.Run does.
func (d Draws) RunAll(size int, statistic func(blocks []int32) ([]float64, error)) ([]BootstrapResult, error) {
	draws := make([][]float64, size)
	for k := range draws {
		draws[k] = constant(math.NaN(), len(d))
	}
	inParallel(len(d), func(r int) {
		values, err := statistic(d[r])
		if err != nil || len(values) != size {
			return
		}
		for k, value := range values {
			draws[k][r] = value
		}
	})
	results := make([]BootstrapResult, size)
	for k, values := range draws {
		var err error
		if results[k], err = summarize(values); err != nil {
			return nil, err
		}
	}
	return results, nil
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
