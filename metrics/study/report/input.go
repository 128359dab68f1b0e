package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/metrics/disclosure"
	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/metrics/study"
	"github.com/weir-warehouse/weir/metrics/study/protocol"
	"github.com/weir-warehouse/weir/policy"
)

// Units are a study's units as they were gathered, in one order.
type Units struct {
	Frame    *match.Frame                   // of the units in the match's question: both arms, complete
	IDs      []string                       // of Frame
	Teachers []string                       // of Frame, a pseudonym each
	Schools  []string                       // of Frame
	Lost     []Loss                         // before the match, in the order of losing
	Students map[string]map[string][]string // by outcome and unit
	Starts   []string                       // warnings about what was measured when
}

// Loss is the units that a step lost: the teacher of each, by arm.
type Loss struct {
	Label               string
	Treated, Comparison []string
}

// Input is what a report is made from.
type Input struct {
	Protocol   *protocol.Protocol
	Units      Units
	Plan       study.Plan
	Thresholds disclosure.Thresholds
	Phase      policy.Phase
	Registered *protocol.Protocol // nil: none is

	curves map[string][]study.Specification // by outcome

	Author       string
	Source       Source
	Registration *Registration
	Deviations   []Deviation
	// Curve says whether to try other specifications.
	Curve bool
}

// Make compares, examines and reports. Groups that are too small are
// refused with the code policy.Denied.
func Make(in Input) (*Report, *study.Comparison, error) {
	p := in.Protocol
	in.curves = map[string][]study.Specification{}
	c, err := study.Compare(in.Units.Frame, in.Plan)
	if err != nil {
		return nil, nil, err
	}
	r := &Report{
		Format: 1, ID: p.ID, Title: p.Title, Question: strings.TrimSpace(p.Question), Claim: strings.TrimSpace(p.Claim),
		Phase: string(in.Phase), Agreement: p.Agreement, Program: p.Program,
		Protocol:  Protocol{SHA256: p.Hash(), Text: string(p.Text())},
		Treatment: p.Treatment.Name, Comparison: p.Comparison.Name, Unit: "teacher-years",
		Author: in.Author, Source: in.Source, Registration: in.Registration, Deviations: append([]Deviation{}, in.Deviations...),
		Match: matchWords(p, in.Plan.Match, c.Match.Spec), Effects: []Effect{}, Subgroups: []Subgroups{}, Sensitivity: []Sensitivity{},
		Evidence: []Evidence{}, Hidden: []string{}, Power: []Power{},
	}
	guard, err := newProtection(in, c)
	if err != nil {
		return nil, nil, err
	}
	guard.flow(r)
	r.Balance = guard.balanceRows(in, c)
	r.Warnings = slices.Concat(in.Units.Starts, guard.warnings(c.Warnings))
	power, err := c.Power(p.Alpha)
	if err != nil {
		return nil, nil, err
	}
	for _, d := range power {
		r.Power = append(r.Power, Power{R2: number(d.R2), Effect: number(d.Effect)})
	}
	if in.Phase == policy.Estimate {
		if err := in.estimate(r, c, guard); err != nil {
			return nil, nil, err
		}
	}
	if err := in.draw(r, c, guard); err != nil {
		return nil, nil, err
	}
	r.Hidden = append(r.Hidden, guard.hidden...)
	r.write(in)
	return r, c, nil
}

// estimate fills in what outcomes tell.
func (in Input) estimate(r *Report, c *study.Comparison, guard *protection) error {
	for _, o := range in.Protocol.Outcomes {
		if err := in.outcome(r, c, guard, o); err != nil {
			return fmt.Errorf("outcome %q: %w", o.Name, err)
		}
	}
	return in.beyond(r, c, guard)
}

// outcome fills in what one outcome tells.
func (in Input) outcome(r *Report, c *study.Comparison, guard *protection, o protocol.Outcome) error {
	students := guard.students(in, c, o)
	plain, plainLow, plainHigh := naive(c, o.Name)
	base := math.NaN()
	if o.Baseline != "" {
		base = baselineMean(c, o.Baseline)
	}
	var main *study.Effect
	for i, e := range c.Effects {
		if e.Outcome != o.Name {
			continue
		}
		effect, err := guard.effect(e)
		if err != nil {
			return err
		}
		effect.Label, effect.Unit, effect.Role, effect.Status = o.Label, o.Unit, string(o.Role), in.status(o)
		effect.Main = e.Model == study.Interacted && (e.Measure == study.Difference || e.Measure == study.RiskDifference)
		effect.Naive, effect.NaiveLow, effect.NaiveHigh, effect.Students = plain, plainLow, plainHigh, students
		if o.Baseline != "" && e.Measure == study.Difference {
			value, low, high := e.Value()
			effect.Baseline = number(base)
			effect.Percent, effect.PercentLow, effect.PercentTop = number(100*value/base), number(100*low/base), number(100*high/base)
		} else {
			nan := Number(math.NaN())
			effect.Baseline, effect.Percent, effect.PercentLow, effect.PercentTop = nan, nan, nan, nan
		}
		if effect.Main {
			main = &c.Effects[i]
		}
		r.Effects = append(r.Effects, effect)
	}
	if main == nil {
		return nil
	}
	r.Evidence = append(r.Evidence, in.evidence(c, guard, o, *main))
	for _, by := range in.Protocol.Subgroups {
		s, err := c.Subgroups(o.Name, by)
		if err != nil {
			return err
		}
		r.Subgroups = append(r.Subgroups, guard.subgroups(in, s))
	}
	return in.sensitivity(r, c, o)
}

// status tells whether an outcome was registered as it stands.
func (in Input) status(o protocol.Outcome) string {
	if in.Registered != nil {
		for _, was := range in.Registered.Outcomes {
			if fmt.Sprint(was) == fmt.Sprint(o) {
				return "registered"
			}
		}
	}
	return "exploratory"
}

// naive is the plain difference of means of all units in the arms, with its
// interval; NaN where it cannot be estimated.
func naive(c *study.Comparison, outcome string) (value, low, high Number) {
	e, err := c.Naive(outcome)
	if err != nil {
		nan := Number(math.NaN())
		return nan, nan, nan
	}
	from, to := e.Interval(study.Level)
	return number(e.Value), number(from), number(to)
}

// baselineMean is the mean of a covariate among the treated in the match.
func baselineMean(c *study.Comparison, covariate string) float64 {
	for _, row := range c.Balance.Matched {
		if row.Name == covariate {
			return row.MeanTreated
		}
	}
	return math.NaN()
}

// evidence suggests a rating.
func (in Input) evidence(c *study.Comparison, guard *protection, o protocol.Outcome, e study.Effect) Evidence {
	worst := stats.Satisfied
	for _, row := range c.Balance.Matched {
		if row.Name == "distance" {
			continue
		}
		switch stats.BaselineEquivalence(row.G) {
		case stats.NotSatisfied:
			worst = stats.NotSatisfied
		case stats.Adjust:
			if worst == stats.Satisfied {
				worst = stats.Adjust
			}
		case stats.Satisfied:
		}
	}
	p := e.Adjusted
	if math.IsNaN(p) {
		p = e.Estimate.P()
	}
	sign := 1.0
	if o.Direction == "lower_is_better" {
		sign = -1
	}
	students, _ := guard.studentCount(in, c, o)
	rating := stats.Rate(stats.Evidence{
		Equivalence: worst, Adjusted: true, SelectionControls: true, StudentOutcome: o.OfStudents(),
		Significant: p <= in.Protocol.Alpha, Positive: sign*e.Estimate.Value > 0, Students: students, Sites: guard.schools,
	})
	out := Evidence{Outcome: o.Name, WWC: rating.WWC, ESSA: rating.ESSA}
	for _, criterion := range rating.Criteria {
		if criterion.Name == "size" {
			criterion.Reason = fmt.Sprintf("%s students at %d schools; 350 at 2 are asked for", guard.students(in, c, o).Shown, guard.schools)
		}
		out.Criteria = append(out.Criteria, Criterion(criterion))
	}
	return out
}

// sensitivity examines one outcome's effect.
func (in Input) sensitivity(r *Report, c *study.Comparison, o protocol.Outcome) error {
	s, err := c.Sensitivity(o.Name, in.Protocol.Alpha)
	if err != nil {
		return err
	}
	out := Sensitivity{
		Outcome: o.Name, Gamma: number(s.Gamma), Delta: number(s.Delta), R2Max: number(s.R2Max),
		LeastSchool: number(s.LeastWithout), MostSchool: number(s.MostWithout), Curve: []Specification{},
	}
	if o.Baseline != "" {
		if out.Placebo, err = in.placebo(c, o.Baseline); err != nil {
			return err
		}
	}
	if in.Curve {
		curve, err := study.SpecificationCurve(in.Units.Frame, in.Plan, o.Name)
		if err != nil {
			return err
		}
		in.curves[o.Name] = curve
		out.add(curve, in.Protocol.Alpha)
	}
	r.Sensitivity = append(r.Sensitivity, out)
	return nil
}

func (s *Sensitivity) add(curve []study.Specification, alpha float64) {
	for _, spec := range curve {
		low, high := spec.Estimate.Interval(study.Level)
		s.Curve = append(s.Curve, Specification{
			Match: spec.Match, Model: string(spec.Model), Estimate: number(spec.Estimate.Value), Low: number(low), High: number(high),
			P: number(spec.Estimate.P()), MaxSMD: number(spec.MaxSMD), Chosen: spec.Chosen, Problem: spec.Problem,
		})
	}
	spread := study.SpreadOf(curve, alpha)
	s.Least, s.Median, s.Most = number(spread.Least), number(spread.Median), number(spread.Most)
	s.Count, s.Significant, s.SameSign = spread.Count, spread.Significant, spread.SameSign
}

// placebo estimates the effect on the outcome as it was before treatment, by
// the same match, with the other covariates in the model.
func (in Input) placebo(c *study.Comparison, covariate string) (*Placebo, error) {
	var others []string
	for _, name := range in.Protocol.Adjusted() {
		if name != covariate {
			others = append(others, name)
		}
	}
	e, err := c.Placebo(covariate, others)
	if err != nil {
		return nil, err
	}
	low, high := e.Interval(study.Level)
	return &Placebo{Name: covariate, Estimate: number(e.Value), Low: number(low), High: number(high), P: number(e.P())}, nil
}
