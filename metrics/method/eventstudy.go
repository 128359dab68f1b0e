package method

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/weir-warehouse/weir/metrics/stats"
)

// eventStudy follows schools over months around an event that some of them have.
// Unit rows have month, value (minutes, say), event, the month of the event or
// empty, and breakdown, the kind of event. A school's outcome is the logarithm of
// its sum of a month, so that effects are shares of what would have been.
//
// Effects are group-time effects after Callaway and Sant'Anna (J. Econometrics
// 225, 2021) with schools that never or do not yet have the event as comparison,
// averaged by the time since the event. With few schools that have it, their own
// spread says little; so the spread of schools around their group's path is
// pooled over all groups, as in an analysis of variance, with t. Option show:
// months, overall (the mean of months from the event on), pretrend (p of the
// hypothesis that the months before show no effect; Hotelling's T²) or alert (1 where the
// upper limit of overall is below no effect, else 0).
type eventStudy struct{}

func (eventStudy) Version() int { return 1 }

func (eventStudy) Rereads() bool { return false }

func (eventStudy) Kind(Options) Kind { return Estimate }

func (eventStudy) Check(o Options) ([]string, error) {
	if err := o.Unknown("show"); err != nil {
		return nil, err
	}
	if show := o.Text("show", "months"); !slices.Contains([]string{"months", "overall", "pretrend", "alert"}, show) {
		return nil, fmt.Errorf("option show = %q: write months, overall, pretrend or alert", show)
	}
	return []string{"month", "value", "event", "breakdown", "school_id"}, nil
}

// Months before and after the event that are stated.
const (
	monthsBefore = 4
	monthsAfter  = 6
)

func (eventStudy) Estimate(ctx context.Context, in Input) error {
	panels, err := in.panels(ctx)
	if err != nil {
		return err
	}
	var figures []figure
	for _, p := range panels {
		figures = append(figures, p.figures(in.Options.Text("show", "months"))...)
	}
	return in.store(figures)
}

// panel is the outcomes of schools for one kind of event and one district that
// has it.
type panel struct {
	cell

	kind    string
	periods int
	groups  []schoolGroup // with the event, by its period, then those without
}

// schoolGroup is the schools with the event in one period.
type schoolGroup struct {
	first int         // period of the event, or stats.Never
	paths [][]float64 // outcome of each school by period
}

// mean is the group's mean outcome in a period.
func (g schoolGroup) mean(period int) float64 {
	var sum float64
	for _, path := range g.paths {
		sum += path[period]
	}
	return sum / float64(len(g.paths))
}

// contrast is a linear combination of groups' mean outcomes: a weight for each
// group and period.
type contrastOf struct {
	event   int
	weights [][]float64
}

// groupTime returns the group-time effects of all groups in all periods but the first.
func (p panel) groupTime() []contrastOf {
	var effects []contrastOf
	for g, group := range p.groups {
		if group.first == stats.Never || group.first == 0 {
			continue
		}
		for t := 1; t < p.periods; t++ {
			base := t - 1
			if t >= group.first {
				base = group.first - 1
			}
			c := contrastOf{event: t - group.first, weights: p.zeros()}
			c.weights[g][t]++
			c.weights[g][base]--
			var others float64
			for h, other := range p.groups {
				if h != g && other.first > max(t, base) {
					others += float64(len(p.groups[h].paths))
				}
			}
			if others == 0 {
				continue
			}
			for h, other := range p.groups {
				if h != g && other.first > max(t, base) {
					share := float64(len(other.paths)) / others
					c.weights[h][t] -= share
					c.weights[h][base] += share
				}
			}
			effects = append(effects, c)
		}
	}
	return effects
}

func (p panel) zeros() [][]float64 {
	weights := make([][]float64, len(p.groups))
	for g := range weights {
		weights[g] = make([]float64, p.periods)
	}
	return weights
}

// dynamic averages group-time effects by the time since the event, each by the
// number of its group's schools.
func (p panel) dynamic() []contrastOf {
	byEvent := map[int]contrastOf{}
	total := map[int]float64{}
	for _, e := range p.groupTime() {
		sum, ok := byEvent[e.event]
		if !ok {
			sum = contrastOf{event: e.event, weights: p.zeros()}
			byEvent[e.event] = sum
		}
		size := p.sizeOf(e)
		total[e.event] += size
		add(sum.weights, e.weights, size)
	}
	var effects []contrastOf
	for event, sum := range byEvent {
		scaled := contrastOf{event: event, weights: p.zeros()}
		add(scaled.weights, sum.weights, 1/total[event])
		effects = append(effects, scaled)
	}
	slices.SortFunc(effects, func(a, b contrastOf) int { return cmp.Compare(a.event, b.event) })
	return effects
}

// sizeOf is the number of schools of the group that an effect is of: the one
// whose own period of the event it counts from.
func (p panel) sizeOf(e contrastOf) float64 {
	for g, group := range p.groups {
		if t := group.first + e.event; group.first != stats.Never && t >= 0 && t < p.periods && e.weights[g][t] > 0 {
			return float64(len(group.paths))
		}
	}
	return 0
}

func add(sum, weights [][]float64, by float64) {
	for g := range weights {
		for t, w := range weights[g] {
			sum[g][t] += by * w
		}
	}
}

// value of a contrast.
func (p panel) value(c contrastOf) float64 {
	var sum float64
	for g, group := range p.groups {
		for t, w := range c.weights[g] {
			if w != 0 {
				sum += w * group.mean(t)
			}
		}
	}
	return sum
}

// spread is the pooled covariance of schools' outcomes around their group's
// path, by period, with its degrees of freedom.
func (p panel) spread() (*mat.SymDense, int) {
	s := mat.NewSymDense(p.periods, nil)
	df := 0
	for _, group := range p.groups {
		df += len(group.paths) - 1
		for _, path := range group.paths {
			d := mat.NewVecDense(p.periods, nil)
			for t := range path {
				d.SetVec(t, path[t]-group.mean(t))
			}
			s.SymRankOne(s, 1, d)
		}
	}
	if df > 0 {
		s.ScaleSym(1/float64(df), s)
	}
	return s, df
}

// covariance of two contrasts, from the spread of single schools.
func (p panel) covariance(a, b contrastOf, spread *mat.SymDense) float64 {
	var sum float64
	for g, group := range p.groups {
		x, y := mat.NewVecDense(p.periods, a.weights[g]), mat.NewVecDense(p.periods, b.weights[g])
		sum += mat.Inner(x, spread, y) / float64(len(group.paths))
	}
	return sum
}

// figures states what the option show asks for.
func (p panel) figures(show string) []figure {
	dynamic := p.dynamic()
	spread, df := p.spread()
	if len(dynamic) == 0 || df == 0 {
		return nil
	}
	stated := func(c contrastOf) figure {
		e := stats.Estimate{Value: p.value(c), SE: math.Sqrt(p.covariance(c, c, spread)), DF: float64(df)}
		low, high := e.Interval(Level)
		return figure{
			cell: p.cell, value: math.Expm1(e.Value), low: math.Expm1(low), high: math.Expm1(high),
			label:     "group-time effects, pooled variance of schools, t",
			numerator: math.NaN(), denominator: math.NaN(), df: int64(df),
		}
	}
	after := slices.DeleteFunc(slices.Clone(dynamic), func(c contrastOf) bool { return c.event < 0 })
	overall := contrastOf{weights: p.zeros()}
	for _, c := range after {
		add(overall.weights, c.weights, 1/float64(len(after)))
	}
	f := stated(overall)
	f.breakdown, f.category = "access", p.kind
	switch show {
	case "months":
		var figures []figure
		for _, c := range dynamic {
			if c.event >= -monthsBefore && c.event <= monthsAfter {
				month := stated(c)
				month.breakdown, month.category, month.order = "months since: "+p.kind, strconv.Itoa(c.event), float64(c.event)
				figures = append(figures, month)
			}
		}
		return figures
	case "pretrend":
		f.value, f.low, f.high = p.pretrend(dynamic, spread, df), math.NaN(), math.NaN()
	case "alert":
		fell := 0.0
		if f.high < 0 {
			fell = 1
		}
		f.value, f.low, f.high = fell, math.NaN(), math.NaN()
	}
	if len(after) == 0 {
		return nil
	}
	return []figure{f}
}

// pretrend is the p-value of Hotelling's test that the effects of the stated
// months before the event are all zero; NaN if there is none, or schools are too few.
func (p panel) pretrend(dynamic []contrastOf, spread *mat.SymDense, df int) float64 {
	before := slices.DeleteFunc(slices.Clone(dynamic), func(c contrastOf) bool { return c.event >= 0 || c.event < -monthsBefore })
	q := len(before)
	if q == 0 || df < q+1 {
		return math.NaN()
	}
	values, cov := mat.NewVecDense(q, nil), mat.NewSymDense(q, nil)
	for i := range before {
		values.SetVec(i, p.value(before[i]))
		for j := range i + 1 {
			cov.SetSym(i, j, p.covariance(before[i], before[j], spread))
		}
	}
	var inverse mat.Cholesky
	var solved mat.VecDense
	if !inverse.Factorize(cov) || inverse.SolveVecTo(&solved, values) != nil {
		return math.NaN()
	}
	t2 := mat.Dot(values, &solved)
	d1, d2 := float64(q), float64(df-q+1)
	return distuv.F{D1: d1, D2: d2}.Survival(t2 * d2 / (float64(df) * d1))
}
