package match

import (
	"math"
	"slices"
)

// sturges is ⌈log2 n + 1⌉ bins (Sturges 1926).
func sturges(values []float64) int {
	return int(math.Ceil(math.Log2(float64(len(values))) + 1))
}

// scott bins have the width 3.5 s n^(−1/3) (Scott 1979).
func scott(values []float64) int {
	return binsOf(values, 3.5*deviation(values)*math.Pow(float64(len(values)), -1.0/3))
}

// freedmanDiaconis bins have the width 2 IQR n^(−1/3) (Freedman and Diaconis
// 1981). If the quartiles coincide, wider and wider quantiles stand in for
// them, and at last the standard deviation, as in R's nclass.FD.
func freedmanDiaconis(values []float64) int {
	rounded := roundDigits(values, 5)
	h := 2 * spreadOf(rounded, 0.25)
	for tail := 0.125; h == 0 && tail >= 1.0/512; tail /= 2 {
		h = spreadOf(rounded, tail) / (1 - 2*tail)
	}
	if h == 0 {
		h = 3.5 * deviation(values)
	}
	return binsOf(values, h/math.Cbrt(float64(len(values))))
}

// spreadOf is the difference of the quantiles 1−tail and tail.
func spreadOf(values []float64, tail float64) float64 {
	q := quantiles(values, []float64{tail, 1 - tail})
	return q[1] - q[0]
}

// roundDigits rounds each value to significant digits.
func roundDigits(values []float64, digits int) []float64 {
	out := make([]float64, len(values))
	for i, x := range values {
		if x == 0 {
			continue
		}
		scale := math.Pow(10, float64(digits)-1-math.Floor(math.Log10(math.Abs(x))))
		out[i] = math.RoundToEven(x*scale) / scale
	}
	return out
}

// binsOf is how many bins of a width cover the values.
func binsOf(values []float64, width float64) int {
	if !(width > 0) {
		return 1
	}
	return max(1, int(math.Ceil((slices.Max(values)-slices.Min(values))/width)))
}
