package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/weir-warehouse/weir/policy"
)

// GroupTime estimates group-time average treatment effects where units are
// first treated in different periods (Callaway and Sant'Anna, J. Econometrics
// 225, 2021). A group is the units that are first treated in the same period.
// Its effect in a period is the change of its mean outcome since the period
// before treatment, less that of a comparison group. Before treatment, it is
// the change since the period before: zero if trends are parallel.
type GroupTime struct {
	// Panel must be balanced: every unit has a row in every period. Weights
	// must be nil.
	Panel Panel

	// NotYetTreated compares with all units not treated by the period, instead
	// of only those never treated.
	NotYetTreated bool
	// Covariates, with a value for each row of the panel, of which that of the
	// earlier of the two periods counts, make trends parallel given them: effects are then doubly robust
	// (Sant'Anna and Zhao, J. Econometrics 219, 2020). None by default.
	Covariates Design
}

// GroupTimeEffect is ATT(g, t).
type GroupTimeEffect struct {
	Group  int // first treated period
	Period int
	Estimate
	influence []float64 // of each unit
}

// GroupTimeEffects are all ATT(g, t), from which Simple, Dynamic, ByGroup and
// ByPeriod make averages. Errors are from influence functions, clustered as
// the panel is, with the normal distribution; with clusters other than units,
// the factor G/(G−1) and t with G − 1 degrees of freedom.
type GroupTimeEffects struct {
	Effects []GroupTimeEffect // by group, then period

	groups   []int       // first treated periods
	member   [][]float64 // 1 where a unit is of the group
	clusters [][]int     // units of each cluster; nil: each unit is one
}

// Effects computes all ATT(g, t). Units treated in the first period or before
// have no period before treatment, and are left out.
// Errors: malformed, missing or unbalanced data, weights, no treated or no
// comparison units, and, with covariates, no overlap.
func (g GroupTime) Effects() (*GroupTimeEffects, error) {
	w, err := g.wide()
	if err != nil {
		return nil, fmt.Errorf("group-time effects: %w", err)
	}
	result := &GroupTimeEffects{groups: w.groups(), clusters: w.clusters}
	for _, group := range result.groups {
		result.member = append(result.member, w.members(group))
		for t := 1; t < len(w.periods); t++ {
			effect, err := g.effect(w, group, t)
			if err != nil {
				return nil, fmt.Errorf("group-time effects: group %d in period %d: %w", group, w.periods[t], err)
			}
			effect.Estimate = result.estimate(effect.Value, effect.influence)
			result.Effects = append(result.Effects, effect)
		}
	}
	return result, nil
}

// effect returns ATT(g, t) for the period at index t.
func (g GroupTime) effect(w *wide, first, t int) (GroupTimeEffect, error) {
	base := t - 1
	if w.periods[t] >= first {
		base = w.before(first)
	}
	var rows []int
	var treated, change []float64
	for u, start := range w.first {
		inGroup := start == first
		if inGroup || start == Never || g.NotYetTreated && start > w.periods[t] {
			rows = append(rows, u)
			change = append(change, w.outcome[t][u]-w.outcome[base][u])
			treated = append(treated, 0)
			if inGroup {
				treated[len(treated)-1] = 1
			}
		}
	}
	var att float64
	var influence []float64
	var err error
	if len(g.Covariates.Columns) == 0 {
		att, influence, err = changeInMeans(treated, change)
	} else {
		att, influence, err = doublyRobustChange(treated, change, w.covariates(g.Covariates, base, rows))
	}
	if err != nil {
		return GroupTimeEffect{}, err
	}
	effect := GroupTimeEffect{Group: first, Period: w.periods[t], influence: make([]float64, len(w.first))}
	effect.Value = att
	for k, u := range rows {
		effect.influence[u] = influence[k] * float64(len(w.first)) / float64(len(rows))
	}
	return effect, nil
}

// changeInMeans returns the difference of mean changes and its influence
// function over these units.
func changeInMeans(treated, change []float64) (att float64, influence []float64, err error) {
	n := float64(len(treated))
	control := make([]float64, len(treated))
	for i, d := range treated {
		control[i] = 1 - d
	}
	nt, nc := totalWeight(len(treated), treated), totalWeight(len(treated), control)
	if nc == 0 {
		return 0, nil, policy.Errorf(policy.DataRefused, "there are no comparison units")
	}
	mt, mc := weightedMean(change, treated), weightedMean(change, control)
	influence = make([]float64, len(treated))
	for i, d := range treated {
		influence[i] = d*(change[i]-mt)*n/nt - (1-d)*(change[i]-mc)*n/nc
	}
	return mt - mc, influence, nil
}

// estimate gives a value the error that its influence function implies.
func (r *GroupTimeEffects) estimate(value float64, influence []float64) Estimate {
	return Estimate{Value: value, SE: math.Sqrt(r.covariance(influence, influence)), DF: r.df()}
}

func (r *GroupTimeEffects) df() float64 {
	if r.clusters == nil {
		return math.Inf(1)
	}
	return float64(len(r.clusters) - 1)
}

// covariance returns that of two estimates with these influence functions.
func (r *GroupTimeEffects) covariance(a, b []float64) float64 {
	n := float64(len(a))
	var sum float64
	if r.clusters == nil {
		for i := range a {
			sum += a[i] * b[i]
		}
		return sum / (n * n)
	}
	for _, units := range r.clusters {
		var sa, sb float64
		for _, u := range units {
			sa += a[u]
			sb += b[u]
		}
		sum += sa * sb
	}
	c := float64(len(r.clusters))
	return sum / (n * n) * c / (c - 1)
}

// PreTrend tests that all effects before treatment are zero, as they are if
// trends are parallel. Errors: there are none, or as few units or clusters as
// effects.
func (r *GroupTimeEffects) PreTrend() (Wald, error) {
	var before []GroupTimeEffect
	for _, e := range r.Effects {
		if e.Period < e.Group {
			before = append(before, e)
		}
	}
	if before == nil {
		return Wald{}, errNoPreTrend()
	}
	values, cov := mat.NewVecDense(len(before), nil), mat.NewSymDense(len(before), nil)
	for a := range before {
		values.SetVec(a, before[a].Value)
		for b := range a + 1 {
			cov.SetSym(a, b, r.covariance(before[a].influence, before[b].influence))
		}
	}
	test, err := waldTest(values, cov, r.df())
	if err != nil {
		return Wald{}, fmt.Errorf("test of parallel trends: %w", err)
	}
	return test, nil
}

func errNoPreTrend() error {
	return policy.Errorf(policy.DataRefused, "test of parallel trends: there is no effect before treatment to test; load earlier periods")
}
