package stats

import (
	"maps"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// GroupEffect is an average over the treated periods of one group, or, by
// period, over the groups treated by then.
type GroupEffect struct {
	At int // group or period
	Estimate
}

// Simple returns the average of all effects after treatment, each weighted by
// its group's size.
func (r *GroupTimeEffects) Simple() Estimate {
	value, influence := r.average(func(e GroupTimeEffect) bool { return e.Period >= e.Group })
	return r.estimate(value, influence)
}

// Dynamic returns the average effect at each event time, over the groups seen
// then, weighted by size; and the mean of those from 0 on (Callaway and
// Sant'Anna, section 3.1.1). Unlike EventStudy's, effects before treatment are
// changes from one period to the next.
func (r *GroupTimeEffects) Dynamic() (effects []EventEffect, overall Estimate) {
	events := map[int]bool{}
	for _, e := range r.Effects {
		events[e.Period-e.Group] = true
	}
	var values, total []float64
	for _, event := range slices.Sorted(maps.Keys(events)) {
		value, influence := r.average(func(e GroupTimeEffect) bool { return e.Period-e.Group == event })
		effects = append(effects, EventEffect{event, r.estimate(value, influence)})
		if event >= 0 {
			values = append(values, value)
			total = accumulate(total, influence)
		}
	}
	floats.Scale(1/float64(len(values)), total)
	return effects, r.estimate(weightedMean(values, nil), total)
}

// ByGroup returns each group's mean effect over its treated periods, and the
// average of these, weighted by size.
func (r *GroupTimeEffects) ByGroup() (effects []GroupEffect, overall Estimate) {
	var values []float64
	var influences [][]float64
	for _, group := range r.groups {
		value, influence := r.average(func(e GroupTimeEffect) bool { return e.Group == group && e.Period >= group })
		effects = append(effects, GroupEffect{group, r.estimate(value, influence)})
		values, influences = append(values, value), append(influences, influence)
	}
	value, influence := r.weigh(r.groups, values, influences)
	return effects, r.estimate(value, influence)
}

// ByPeriod returns the average effect in each calendar period over the groups
// treated by then, weighted by size, and the mean of these.
func (r *GroupTimeEffects) ByPeriod() (effects []GroupEffect, overall Estimate) {
	periods := map[int]bool{}
	for _, e := range r.Effects {
		if e.Period >= e.Group {
			periods[e.Period] = true
		}
	}
	var values, total []float64
	for _, period := range slices.Sorted(maps.Keys(periods)) {
		value, influence := r.average(func(e GroupTimeEffect) bool { return e.Period == period && period >= e.Group })
		effects = append(effects, GroupEffect{period, r.estimate(value, influence)})
		values = append(values, value)
		total = accumulate(total, influence)
	}
	floats.Scale(1/float64(len(values)), total)
	return effects, r.estimate(weightedMean(values, nil), total)
}

// average returns the average of the chosen effects, weighted by group size,
// and its influence function.
func (r *GroupTimeEffects) average(chosen func(GroupTimeEffect) bool) (float64, []float64) {
	var groups []int
	var values []float64
	var influences [][]float64
	for _, e := range r.Effects {
		if chosen(e) {
			groups, values, influences = append(groups, e.Group), append(values, e.Value), append(influences, e.influence)
		}
	}
	return r.weigh(groups, values, influences)
}

// weigh averages values by their groups' sizes. The sizes are estimates too,
// so units have influence through them.
func (r *GroupTimeEffects) weigh(groups []int, values []float64, influences [][]float64) (float64, []float64) {
	shares := make([]float64, len(groups))
	members := make([][]float64, len(groups))
	for k, group := range groups {
		for m, first := range r.groups {
			if first == group {
				members[k] = r.member[m]
			}
		}
		shares[k] = weightedMean(members[k], nil)
	}
	total := floats.Sum(shares)
	average := floats.Dot(shares, values) / total
	influence := make([]float64, len(influences[0]))
	for k := range groups {
		floats.AddScaled(influence, shares[k]/total, influences[k])
		for u, is := range members[k] {
			influence[u] += (is - shares[k]) * (values[k] - average) / total
		}
	}
	return average, influence
}

// accumulate adds values to a sum, which may be nil yet.
func accumulate(sum, values []float64) []float64 {
	if sum == nil {
		sum = make([]float64, len(values))
	}
	floats.Add(sum, values)
	return sum
}
