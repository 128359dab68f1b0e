package stats

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"github.com/weir-warehouse/weir/policy"
)

// SurvivalStep is the survival curve from a time on, until the next step.
type SurvivalStep struct {
	Time     float64
	AtRisk   int     // units under observation just before
	Events   int     // at this time
	Censored int     // units last seen at this time, without the event
	Survival float64 // share without the event after this time
	SE       float64 // of Survival, by Greenwood's formula
}

// Survival is a Kaplan–Meier curve, with a step at each distinct time.
type Survival struct {
	Steps []SurvivalStep
}

// KaplanMeier estimates the share of units without an event by time since
// their start (Kaplan and Meier, JASA 53, 1958). A unit has the event at its
// time, or was last seen then without it (censored), which counts as later
// than events at that time. Errors: no units, or a time that is negative or
// not finite.
func KaplanMeier(times []float64, event []bool) (Survival, error) {
	n := len(times)
	if n == 0 || len(event) != n {
		return Survival{}, policy.Errorf(policy.Usage, "survival curve of %d times and %d events", n, len(event))
	}
	if err := checkValues("time", times, n); err != nil {
		return Survival{}, err
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
		if times[i] < 0 {
			return Survival{}, policy.Errorf(policy.DataRefused, "survival curve: time of unit %d is negative", i+1)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(times[a], times[b]) })
	var curve Survival
	share, greenwood := 1.0, 0.0
	for from := 0; from < n; {
		step := SurvivalStep{Time: times[order[from]], AtRisk: n - from}
		for ; from < n && times[order[from]] == step.Time; from++ {
			if event[order[from]] {
				step.Events++
			} else {
				step.Censored++
			}
		}
		r, d := float64(step.AtRisk), float64(step.Events)
		share *= 1 - d/r
		if d < r {
			greenwood += d / (r * (r - d))
		}
		step.Survival, step.SE = share, share*math.Sqrt(greenwood)
		curve.Steps = append(curve.Steps, step)
	}
	return curve, nil
}

// At returns the step that holds at a time; before the first, all survive.
func (s Survival) At(time float64) SurvivalStep {
	after := sort.Search(len(s.Steps), func(i int) bool { return s.Steps[i].Time > time })
	if after == 0 {
		return SurvivalStep{AtRisk: s.Steps[0].AtRisk, Survival: 1}
	}
	return s.Steps[after-1]
}

// Interval returns the step's interval of a level such as 0.95 on the log-log
// scale, which stays within [0, 1] (Kalbfleisch and Prentice, The Statistical
// Analysis of Failure Time Data, 2nd ed., section 1.4). As R has it, it is 1 to
// 1 before the first event, and unknown, NaN, once no unit survives.
func (s SurvivalStep) Interval(level float64) (low, high float64) {
	switch {
	case s.Survival >= 1:
		return 1, 1
	case s.Survival <= 0:
		return math.NaN(), math.NaN()
	}
	z := critical(math.Inf(1), level)
	reach := math.Exp(z * s.SE / (s.Survival * -math.Log(s.Survival)))
	return math.Pow(s.Survival, reach), math.Pow(s.Survival, 1/reach)
}

// Quantile returns the first time by which a share of units (0.5: half) has had
// the event, and its interval: where the limits of the curve pass the same
// share (Brookmeyer and Crowley, Biometrics 38, 1982). +Inf means not yet.
func (s Survival) Quantile(share, level float64) (time, low, high float64) {
	first := func(curve func(SurvivalStep) float64) float64 {
		for _, step := range s.Steps {
			if step.Events > 0 && curve(step) <= 1-share+1e-12 { // of rounding
				return step.Time
			}
		}
		return math.Inf(1)
	}
	time = first(func(step SurvivalStep) float64 { return step.Survival })
	low = first(func(step SurvivalStep) float64 { l, _ := step.Interval(level); return l })
	high = first(func(step SurvivalStep) float64 { _, h := step.Interval(level); return h })
	return time, low, high
}
