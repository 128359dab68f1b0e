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
// 225, 2021) of a district's schools, with schools of all districts that never or
// do not yet have the event as comparison, averaged by the time since the event. n
// is the people of the smaller side of those that an effect is made of. With few
// schools that have it, their own spread says little; so the spread of schools
// around their group's path is pooled over all groups, as in an analysis of
// variance, with t. Option show:
// months, overall (the mean of months from the event on), pretrend (p of the
// hypothesis that the months before show no effect; Hotelling's T²) or alert (1 where the
// upper limit of overall is below no effect, else 0).
type eventStudy struct{}

func (eventStudy) Version() int { return 2 }

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
	groups  []schoolGroup // the district's, by the period of the event, then those of comparison alone
}

// schoolGroup is the schools with the event in one period.
type schoolGroup struct {
	own    bool // of the district that effects are of
	first  int  // period of the event, or stats.Never
	people int64
	paths  [][]float64 // outcome of each school by period
}

// mean is the group's mean outcome in a period.
func (g schoolGroup) mean(period int) float64 {
	var sum float64
	for _, path := range g.paths {
		sum += path[period]
	}
	return sum / float64(len(g.paths))
}

// contrastOf is a linear combination of groups' mean outcomes: a weight for each
// group and period.
type contrastOf struct {
	event           int
	weights         [][]float64
	treated, beside []bool // groups that it is an effect of, and those that these are compared with
}

func (p panel) contrast(event int) contrastOf {
	c := contrastOf{event: event, weights: make([][]float64, len(p.groups)), treated: make([]bool, len(p.groups)), beside: make([]bool, len(p.groups))}
	for g := range c.weights {
		c.weights[g] = make([]float64, p.periods)
	}
	return c
}

// add adds another contrast, by a factor.
func (c contrastOf) add(other contrastOf, by float64) {
	for g := range c.weights {
		for t, w := range other.weights[g] {
			c.weights[g][t] += by * w
		}
		c.treated[g] = c.treated[g] || other.treated[g]
		c.beside[g] = c.beside[g] || other.beside[g]
	}
}

// groupTime returns the group-time effects of the district's groups in all periods but
// the first.
func (p panel) groupTime() []contrastOf {
	var effects []contrastOf
	for g, group := range p.groups {
		if !group.own {
			continue
		}
		for t := 1; t < p.periods; t++ {
			base := t - 1
			if t >= group.first {
				base = group.first - 1
			}
			c := p.contrast(t - group.first)
			c.treated[g] = true
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
					c.beside[h] = true
				}
			}
			effects = append(effects, c)
		}
	}
	return effects
}

// dynamic averages group-time effects by the time since the event, each by the
// number of its group's schools.
func (p panel) dynamic() []contrastOf {
	byEvent := map[int]contrastOf{}
	total := map[int]float64{}
	for _, e := range p.groupTime() {
		sum, ok := byEvent[e.event]
		if !ok {
			sum = p.contrast(e.event)
			byEvent[e.event] = sum
		}
		size := float64(len(p.groups[slices.Index(e.treated, true)].paths))
		total[e.event] += size
		sum.add(e, size)
	}
	var effects []contrastOf
	for event, sum := range byEvent {
		scaled := p.contrast(event)
		scaled.add(sum, 1/total[event])
		effects = append(effects, scaled)
	}
	slices.SortFunc(effects, func(a, b contrastOf) int { return cmp.Compare(a.event, b.event) })
	return effects
}

// behind returns the people and schools of the smaller side of a contrast.
func (p panel) behind(c contrastOf) (people, schools int64) {
	var n, of [2]int64
	for g, group := range p.groups {
		for side, in := range [][]bool{c.treated, c.beside} {
			if in[g] {
				n[side], of[side] = n[side]+group.people, of[side]+int64(len(group.paths))
			}
		}
	}
	return min(n[0], n[1]), min(of[0], of[1])
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
		mean := make([]float64, p.periods)
		for t := range mean {
			mean[t] = group.mean(t)
		}
		d := mat.NewVecDense(p.periods, nil)
		for _, path := range group.paths {
			for t := range path {
				d.SetVec(t, path[t]-mean[t])
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
		f := figure{
			cell: p.cell, value: math.Expm1(e.Value), low: math.Expm1(low), high: math.Expm1(high),
			label:     "group-time effects, pooled variance of schools, t",
			numerator: math.NaN(), denominator: math.NaN(), df: int64(df),
		}
		f.n, f.schools = p.behind(c)
		return f
	}
	before, after := p.contrast(0), p.contrast(0)
	months := 0
	for _, c := range dynamic {
		switch {
		case c.event >= 0:
			after.add(c, 1)
			months++
		case c.event >= -monthsBefore:
			before.add(c, 1)
		}
	}
	if months == 0 {
		return nil
	}
	overall := p.contrast(0)
	overall.add(after, 1/float64(months))
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
		f.n, f.schools = p.behind(before)
	case "alert":
		fell := 0.0
		if f.high < 0 {
			fell = 1
		}
		f.value, f.low, f.high = fell, math.NaN(), math.NaN()
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
