package report

import (
	"math"
	"slices"

	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/metrics/study/figure"
)

// distributions bins the score and the numeric covariates for pictures.
func (g *protection) distributions(in Input, c *study.Comparison) (score *figure.Binned, variables []figure.Binned) {
	if c.Match.Distance != nil {
		scores := slices.DeleteFunc(slices.Clone(c.Match.Distance), func(x float64) bool { return x < 0 || x > 1 })
		if len(scores) == len(c.Match.Distance) { // probabilities
			if b, ok := g.binned(in, c, scoreName, scores); ok {
				score = &b
				variables = append(variables, b)
			}
		}
	}
	for _, m := range in.Protocol.Covariates {
		column, err := c.Frame.Column(m.Name)
		if err != nil || !column.Numeric() {
			continue
		}
		if b, ok := g.binned(in, c, m.Label, column.Values()); ok {
			variables = append(variables, b)
		}
	}
	return score, variables
}

// smoothing is how many times as many teachers as policy asks for a bin must
// have, lest the rounding of counts makes spikes.
const smoothing = 2

// binned divides a variable at round numbers into bins, each with enough
// teachers of either arm, before and after matching. Shares
// are of counts that are rounded as those in tables. It is not ok if there are
// fewer than three bins.
func (g *protection) binned(in Input, c *study.Comparison, name string, values []float64) (figure.Binned, bool) {
	out := figure.Binned{Name: name}
	step := roundStep(values)
	if step == 0 {
		return out, false
	}
	cells := g.fineCells(in, c, values, step)
	places := make([]int, 0, len(cells))
	for k := range cells {
		places = append(places, k)
	}
	slices.Sort(places)
	var bins []*cell
	open, least := newCell(), smoothing*g.thresholds.People
	for i, k := range places {
		open.add(cells[k])
		if open.enough(least) && i+1 < len(places) {
			bins = append(bins, open)
			out.Edges = append(out.Edges, float64(places[i+1])*step)
			open = newCell()
		}
	}
	if open.enough(least) {
		bins = append(bins, open)
	} else if len(bins) > 0 {
		bins[len(bins)-1].add(open)
		out.Edges = out.Edges[:len(out.Edges)-1]
	}
	if len(bins) < 3 {
		g.hidef("Distribution of %s: too few teachers.", name)
		return out, false
	}
	for sample, into := range []*[2][]float64{&out.Before, &out.After} {
		for arm := range into {
			total := 0.0
			for _, bin := range bins {
				n := float64(g.thresholds.Rounding.Round(int64(math.Round(bin.weight[sample][arm]))))
				into[arm] = append(into[arm], n)
				total += n
			}
			for k := range into[arm] {
				into[arm][k] /= total
			}
		}
	}
	return out, true
}

// cell is the units of a bin, by sample (before, after) and arm.
type cell struct {
	who    [2][2]map[string]bool
	weight [2][2]float64
}

func newCell() *cell {
	c := &cell{}
	for sample := range c.who {
		for arm := range c.who[sample] {
			c.who[sample][arm] = map[string]bool{}
		}
	}
	return c
}

func (c *cell) add(o *cell) {
	for sample := range c.who {
		for arm := range c.who[sample] {
			for teacher := range o.who[sample][arm] {
				c.who[sample][arm][teacher] = true
			}
			c.weight[sample][arm] += o.weight[sample][arm]
		}
	}
}

// enough reports whether so many distinct teachers are in each part.
func (c *cell) enough(least int64) bool {
	for sample := range c.who {
		for arm := range c.who[sample] {
			if int64(len(c.who[sample][arm])) < least {
				return false
			}
		}
	}
	return true
}

// fineCells counts the units by whole steps of their value.
func (g *protection) fineCells(in Input, c *study.Comparison, values []float64, step float64) map[int]*cell {
	cells := map[int]*cell{}
	for i, x := range values {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		k, arm := int(math.Floor(x/step)), place(c.Match.Treated[i])
		if cells[k] == nil {
			cells[k] = newCell()
		}
		for sample, w := range [2]float64{1, c.Match.Weights[i]} {
			if w > 0 {
				cells[k].who[sample][arm][in.Units.Teachers[i]] = true
				cells[k].weight[sample][arm] += w
			}
		}
	}
	return cells
}

// roundStep is 1, 2 or 5 times a power of ten, about a third of a standard
// deviation; 0 if the values do not vary.
func roundStep(values []float64) float64 {
	var n, sum, squares float64
	for _, x := range values {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			n++
			sum += x
			squares += x * x
		}
	}
	want := math.Sqrt(max(0, squares/n-sum/n*sum/n)) / 3
	if !(want > 1e-9*math.Abs(sum/n)) {
		return 0
	}
	power := math.Pow(10, math.Floor(math.Log10(want)))
	for _, times := range []float64{5, 2} {
		if want >= times*power {
			return times * power
		}
	}
	return power
}
