package stats

import (
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// wide is a balanced panel with units in columns.
type wide struct {
	periods  []int
	first    []int       // of each unit
	outcome  [][]float64 // [period][unit]
	row      [][]int     // the panel's row of [period][unit]
	clusters [][]int     // units of each cluster; nil: units
}

// wide turns the panel on its side, leaving out units always treated.
func (g GroupTime) wide() (*wide, error) {
	p := g.Panel
	if err := p.checkRows(); err != nil {
		return nil, err
	}
	if p.Weights != nil {
		return nil, policy.Errorf(policy.Usage, "weights are not supported")
	}
	if err := g.Covariates.checkColumns(len(p.Outcome)); err != nil {
		return nil, err
	}
	w := &wide{periods: slices.Compact(slices.Sorted(slices.Values(p.Period)))}
	w.outcome, w.row = make([][]float64, len(w.periods)), make([][]int, len(w.periods))
	var clusters []int
	for _, rows := range group(p.Unit, nil) {
		if len(rows) != len(w.periods) {
			return nil, policy.Errorf(policy.DataRefused, "a unit has rows in %d of %d periods: keep units that have all, or fewer periods", len(rows), len(w.periods))
		}
		if p.First[rows[0]] <= w.periods[0] {
			continue
		}
		w.first = append(w.first, p.First[rows[0]])
		if p.Clusters != nil {
			clusters = append(clusters, p.Clusters[rows[0]])
		}
		for _, i := range rows {
			t, _ := slices.BinarySearch(w.periods, p.Period[i])
			w.outcome[t] = append(w.outcome[t], p.Outcome[i])
			w.row[t] = append(w.row[t], i)
		}
	}
	if clusters != nil {
		w.clusters = group(clusters, nil)
	}
	if len(w.groups()) == 0 {
		return nil, policy.Errorf(policy.DataRefused, "no unit is first treated after period %d and by period %d", w.periods[0], w.periods[len(w.periods)-1])
	}
	return w, nil
}

// groups returns the first treated periods, ascending, of units treated by the
// last period.
func (w *wide) groups() []int {
	groups := slices.Compact(slices.Sorted(slices.Values(w.first)))
	return slices.DeleteFunc(groups, func(first int) bool { return first > w.periods[len(w.periods)-1] })
}

// before returns the index of the last period before a period.
func (w *wide) before(period int) int {
	t, _ := slices.BinarySearch(w.periods, period)
	return t - 1
}

func (w *wide) members(first int) []float64 {
	member := make([]float64, len(w.first))
	for u, start := range w.first {
		if start == first {
			member[u] = 1
		}
	}
	return member
}

// covariates returns intercept and covariates of units, in a period.
func (w *wide) covariates(design Design, t int, units []int) Design {
	var picked Design
	for j, column := range design.Columns {
		values := make([]float64, len(units))
		for k, u := range units {
			values[k] = column[w.row[t][u]]
		}
		picked.Names = append(picked.Names, design.Names[j])
		picked.Columns = append(picked.Columns, values)
	}
	return picked.WithIntercept(len(units))
}
