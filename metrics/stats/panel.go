package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// Never is the first treated period of a unit that is never treated.
const Never = math.MaxInt

// Panel is outcomes of units over periods; all slices have one entry a row.
// Periods are counted, months since some start say, since event times are
// their differences.
type Panel struct {
	Unit     []int // a code for each unit; a unit has one row a period at most
	Period   []int
	Outcome  []float64
	First    []int     // period in which the row's unit is first treated, or Never
	Weights  []float64 // nil: 1 each
	Clusters []int     // within which rows depend on each other; nil: the units
}

// EventEffect is the effect on treated units so many periods after their first
// treated one; before it (negative), what should be zero if trends are parallel.
type EventEffect struct {
	Event int
	Estimate
}

// EventStudy is an effect by event time.
type EventStudy struct {
	Effects []EventEffect // ascending; −1, to which all are relative, is left out

	covariance *Covariance
}

// PreTrend tests that all effects before −1 are zero, as they are if trends are
// parallel. Errors: there are none, or as few clusters as effects.
func (s EventStudy) PreTrend() (Wald, error) {
	var before []string
	for _, e := range s.Effects {
		if e.Event < -1 {
			before = append(before, eventName(e.Event))
		}
	}
	if before == nil {
		return Wald{}, errNoPreTrend()
	}
	test, err := s.covariance.Wald(before...)
	if err != nil {
		return Wald{}, fmt.Errorf("test of parallel trends: %w", err)
	}
	return test, nil
}

// DifferenceInDifferences returns the effect on the treated in their treated
// periods, with effects of units and of periods taken out (Angrist and
// Pischke, Mostly Harmless Econometrics, section 5.2). The variance estimator
// must be a clustered one. Coefficients of units do not count in CR1S, and do
// not change CR2 if rows have equal weight (Pustejovsky and Tipton 2018, theorem 2).
//
// All treated units must start in the same period: where they do not, this
// regression compares the newly treated with those treated earlier, and its
// weights can be negative; GroupTime is for that. Errors: that, malformed or
// missing data, units in two clusters, or no comparison.
func (p Panel) DifferenceInDifferences(kind Variance) (Estimate, error) {
	if err := p.check(kind); err != nil {
		return Estimate{}, fmt.Errorf("difference in differences: %w", err)
	}
	covariance, err := p.regress(kind, Design{Names: []string{"treated"}, Columns: [][]float64{p.indicator(func(i int) bool {
		return p.Period[i] >= p.First[i]
	})}})
	if err != nil {
		return Estimate{}, fmt.Errorf("difference in differences: %w", err)
	}
	return covariance.Coefficient("treated")
}

// EventStudy returns the effect by event time, relative to the last period
// before treatment. What DifferenceInDifferences says of variance, of starting
// together and of errors holds here too.
func (p Panel) EventStudy(kind Variance) (EventStudy, error) {
	if err := p.check(kind); err != nil {
		return EventStudy{}, fmt.Errorf("event study: %w", err)
	}
	var design Design
	events := p.events()
	reference, found := slices.BinarySearch(events, -1)
	if !found {
		return EventStudy{}, policy.Errorf(policy.DataRefused, "event study: no treated unit has a row in the period before treatment")
	}
	events = slices.Delete(events, reference, reference+1)
	for _, event := range events {
		design.Names = append(design.Names, eventName(event))
		design.Columns = append(design.Columns, p.indicator(func(i int) bool {
			return p.First[i] != Never && p.Period[i]-p.First[i] == event
		}))
	}
	covariance, err := p.regress(kind, design)
	if err != nil {
		return EventStudy{}, fmt.Errorf("event study: %w", err)
	}
	study := EventStudy{covariance: covariance}
	for _, event := range events {
		estimate, err := covariance.Coefficient(eventName(event))
		if err != nil {
			return EventStudy{}, fmt.Errorf("event study: %w", err)
		}
		study.Effects = append(study.Effects, EventEffect{event, estimate})
	}
	return study, nil
}

func eventName(event int) string { return fmt.Sprintf("event %+d", event) }

// events returns the event times of treated rows, ascending.
func (p Panel) events() []int {
	var events []int
	for i := range p.First {
		if p.First[i] != Never {
			events = append(events, p.Period[i]-p.First[i])
		}
	}
	slices.Sort(events)
	return slices.Compact(events)
}

// indicator returns 1 for the rows of which is holds, else 0.
func (p Panel) indicator(is func(i int) bool) []float64 {
	values := make([]float64, len(p.Period))
	for i := range values {
		if is(i) {
			values[i] = 1
		}
	}
	return values
}

// regress fits the outcome to the design and to effects of units and periods.
// Units' effects are taken out by subtracting each unit's means, which leaves
// the other coefficients as they would be (Frisch, Waugh and Lovell).
func (p Panel) regress(kind Variance, design Design) (*Covariance, error) {
	periods := slices.Compact(slices.Sorted(slices.Values(p.Period)))
	for _, period := range periods[1:] {
		design.Names = append(design.Names, fmt.Sprintf("period %d", period))
		design.Columns = append(design.Columns, p.indicator(func(i int) bool { return p.Period[i] == period }))
	}
	units := group(p.Unit, p.Weights)
	outcome := p.demean(p.Outcome, units)
	for j, column := range design.Columns {
		design.Columns[j] = p.demean(column, units)
	}
	fit, err := LeastSquares(design, outcome, p.Weights)
	if err != nil {
		return nil, err
	}
	clusters := p.Clusters
	if clusters == nil {
		clusters = p.Unit
	}
	return fit.Covariance(kind, clusters)
}

// demean returns values less their unit's weighted mean.
func (p Panel) demean(values []float64, units [][]int) []float64 {
	centered := slices.Clone(values)
	for _, rows := range units {
		var sum, total float64
		for _, i := range rows {
			sum += weightOf(p.Weights, i) * values[i]
			total += weightOf(p.Weights, i)
		}
		for _, i := range rows {
			centered[i] -= sum / total
		}
	}
	return centered
}

func (p Panel) check(kind Variance) error {
	if err := p.checkRows(); err != nil {
		return err
	}
	if !kind.Clustered() {
		return policy.Errorf(policy.Usage, "rows of a unit depend on each other: choose CR1S or CR2, not %s", kind)
	}
	var treated, untreated bool
	start := Never
	for i, first := range p.First {
		switch {
		case first == Never:
			untreated = true
			continue
		case start != Never && first != start:
			return policy.Errorf(policy.DataRefused, "units are first treated in periods %d and %d: use group-time effects", start, first)
		}
		start = first
		treated = treated || p.Period[i] >= first
	}
	if !treated || !untreated {
		return policy.Errorf(policy.DataRefused, "it needs units that are treated in some period and units that never are")
	}
	return nil
}

// checkRows refuses rows that do not make a panel.
func (p Panel) checkRows() error {
	n := len(p.Outcome)
	if n == 0 || len(p.Unit) != n || len(p.Period) != n || len(p.First) != n || p.Clusters != nil && len(p.Clusters) != n {
		return policy.Errorf(policy.Usage, "panel of %d outcomes has %d units, %d periods, %d first treated periods and %d clusters",
			n, len(p.Unit), len(p.Period), len(p.First), len(p.Clusters))
	}
	if err := checkValues("outcome", p.Outcome, n); err != nil {
		return err
	}
	if err := checkWeights(p.Weights, n); err != nil {
		return err
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(p.Unit[a], p.Unit[b]), cmp.Compare(p.Period[a], p.Period[b]))
	})
	for k, i := range order[1:] {
		before := order[k]
		switch {
		case p.Unit[i] != p.Unit[before]:
		case p.Period[i] == p.Period[before]:
			return policy.Errorf(policy.DataRefused, "a unit has two rows in period %d", p.Period[i])
		case p.First[i] != p.First[before]:
			return policy.Errorf(policy.DataRefused, "a unit has two first treated periods, %d and %d", p.First[before], p.First[i])
		case p.Clusters != nil && p.Clusters[i] != p.Clusters[before]:
			return policy.Errorf(policy.DataRefused, "a unit is in two clusters: cluster by what contains whole units")
		}
	}
	return nil
}
