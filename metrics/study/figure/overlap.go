package figure

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/weir-warehouse/weir/metrics/match"
)

// scoreBins divide the range of the scores.
const scoreBins = 30

// Overlap draws how the score is distributed among treated units (upwards) and
// comparison units (downwards), before and after matching. There must be a
// score.
func Overlap(r *match.Result) Figure {
	low, high := math.Inf(1), math.Inf(-1)
	for _, d := range r.Distance {
		low, high = min(low, d), max(high, d)
	}
	if low == high {
		low, high = low-0.5, high+0.5
	}
	edges := make([]float64, scoreBins+1)
	for i := range edges {
		edges[i] = low + (high-low)*float64(i)/scoreBins
	}
	var samples [2][2][]float64
	for k, weights := range [][]float64{nil, r.Weights} {
		samples[k] = shares(r, weights, edges)
	}
	return overlap(edges, samples, "share of the arm in each bin")
}

// overlap draws the heights of bins in both arms (comparison, treated), before
// and after matching.
func overlap(edges []float64, samples [2][2][]float64, axis string) Figure {
	var panels []*plot.Plot
	most := 0.0
	for k, title := range []string{"Before", "After"} {
		p := newPlot(title, "score", axis)
		control := make([]float64, len(samples[k][0]))
		for b, h := range samples[k][0] {
			control[b] = -h
		}
		up, down := bars(edges, samples[k][1], blue, blue), bars(edges, control, vermillion, vermillion)
		p.Add(up, down)
		p.Legend.Add("treated", up)
		p.Legend.Add("comparison", down)
		p.Y.Tick.Marker = ticks{unsigned: true}
		most = max(most, p.Y.Max, -p.Y.Min)
		panels = append(panels, p)
	}
	for _, p := range panels {
		p.Y.Min, p.Y.Max = -most*1.1, most*1.25 // room for the legend
	}
	return Figure{Name: "overlap", width: 8 * vg.Inch, height: 4 * vg.Inch, panels: [][]*plot.Plot{panels}}
}

// shares returns each bin's share of both arms: comparison, treated. Nil weights
// count every unit alike.
func shares(r *match.Result, weights, edges []float64) [2][]float64 {
	bins := len(edges) - 1
	count := [2][]float64{make([]float64, bins), make([]float64, bins)}
	var total [2]float64
	for i, d := range r.Distance {
		w := weightOf(r, weights, i)
		arm := 0
		if r.Treated[i] {
			arm = 1
		}
		place := int(float64(bins) * (d - edges[0]) / (edges[bins] - edges[0]))
		count[arm][min(place, bins-1)] += w
		total[arm] += w
	}
	for b := range bins {
		count[1][b] /= total[1]
		count[0][b] /= total[0]
	}
	return count
}

// weightOf is a unit's weight before (nil) or after matching.
func weightOf(r *match.Result, weights []float64, i int) float64 {
	w := 1.0
	if weights != nil {
		w = weights[i]
	}
	if r.Sampling != nil {
		w *= r.Sampling[i]
	}
	return w
}
