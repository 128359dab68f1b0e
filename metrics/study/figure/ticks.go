package figure

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// fewestTicks is how many steps an axis has at least.
const fewestTicks = 3

// ticks labels the multiples of 1, 2 or 5 times a power of ten.
type ticks struct {
	unsigned bool // labels are magnitudes
}

// Ticks returns the labelled places from low to high.
func (t ticks) Ticks(low, high float64) []plot.Tick {
	step := stepOf(high - low)
	var out []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high+step*1e-9; k++ {
		label := k * step
		if t.unsigned {
			label = math.Abs(label)
		}
		digits := max(0, int(math.Ceil(-math.Log10(step)-1e-9)))
		out = append(out, plot.Tick{Value: k * step, Label: strconv.FormatFloat(label+0, 'f', digits, 64)})
	}
	return out
}

// stepOf returns the greatest step of which there are enough in a span.
func stepOf(span float64) float64 {
	if !(span > 0) || math.IsInf(span, 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(span)))
	for _, step := range []float64{power, power / 2, power / 5} {
		if span/step >= fewestTicks {
			return step
		}
	}
	return power / 10
}
