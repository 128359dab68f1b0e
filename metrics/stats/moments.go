package stats

// weightOf returns the weight of row i; nil weights are 1 each.
func weightOf(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}

// weightedMean returns Σwx/Σw; nil weights are 1 each.
func weightedMean(x, weights []float64) float64 {
	sum := sumBlocks(len(x), func(lo, hi int) float64 {
		var s float64
		for i := lo; i < hi; i++ {
			s += weightOf(weights, i) * x[i]
		}
		return s
	})
	return sum / totalWeight(len(x), weights)
}

// totalWeight returns the sum of n weights; nil weights are 1 each.
func totalWeight(n int, weights []float64) float64 {
	if weights == nil {
		return float64(n)
	}
	return sumBlocks(n, func(lo, hi int) float64 {
		var s float64
		for _, w := range weights[lo:hi] {
			s += w
		}
		return s
	})
}

// weightedVariance returns Σw(x−m)²/Σw around the weighted mean m.
func weightedVariance(x, weights []float64) float64 {
	mean := weightedMean(x, weights)
	sum := sumBlocks(len(x), func(lo, hi int) float64 {
		var s float64
		for i := lo; i < hi; i++ {
			d := x[i] - mean
			s += weightOf(weights, i) * d * d
		}
		return s
	})
	return sum / totalWeight(len(x), weights)
}
