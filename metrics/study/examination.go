package study

import (
	"fmt"
	"slices"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/policy"
)

// Examination says what to find out of the outcomes' effects.
type Examination struct {
	Subgroups      []string // columns of few values
	Placebos       []string // covariates that treatment cannot have changed
	Sensitivity    bool
	Specifications bool
}

// Any reports whether there is anything to find out.
func (e Examination) Any() bool {
	return len(e.Subgroups) > 0 || len(e.Placebos) > 0 || e.Sensitivity || e.Specifications
}

// Findings are what an examination found. What could not be found is among the
// comparison's warnings.
type Findings struct {
	Subgroups      []Subgroups // by outcome, then column
	Placebos       []Placebo
	Sensitivity    []Sensitivity // by outcome
	Specifications []Curve       // by outcome
}

// Placebo is the effect on a covariate, of which there can be none.
type Placebo struct {
	Covariate string
	stats.Estimate
}

// Curve is the specification curve of an outcome.
type Curve struct {
	Outcome        string
	Specifications []Specification
}

// Examine looks into the effects on all outcomes. Errors: columns that the frame
// lacks, or that have too many values for subgroups.
func (c *Comparison) Examine(e Examination) (Findings, error) {
	var out Findings
	for _, covariate := range e.Placebos {
		estimate, err := c.placebo(covariate)
		if err = keep(c, &out.Placebos, Placebo{covariate, estimate}, err); err != nil {
			return out, err
		}
	}
	for _, outcome := range c.plan.Outcomes {
		if err := c.examine(&out, e, outcome); err != nil {
			return out, err
		}
	}
	return out, nil
}

// examine looks into the effects on one outcome.
func (c *Comparison) examine(out *Findings, e Examination, outcome string) error {
	for _, by := range e.Subgroups {
		s, err := c.Subgroups(outcome, by)
		if err = keep(c, &out.Subgroups, s, err); err != nil {
			return err
		}
	}
	if e.Sensitivity {
		s, err := c.Sensitivity(outcome, 1-Level)
		if err = keep(c, &out.Sensitivity, s, err); err != nil {
			return err
		}
	}
	if !e.Specifications {
		return nil
	}
	curve, err := SpecificationCurve(c.Frame, c.plan, outcome)
	return keep(c, &out.Specifications, Curve{outcome, curve}, err)
}

// keep adds what was found. An error that the data are to blame for becomes a
// warning.
func keep[T any](c *Comparison, into *[]T, found T, err error) error {
	switch {
	case err == nil:
		*into = append(*into, found)
	case policy.CodeOf(err) == policy.DataRefused:
		c.Warnings = append(c.Warnings, fmt.Sprintf("Not examined: %v.", err))
	default:
		return err
	}
	return nil
}

// placebo is Placebo with the outcome models' other covariates.
func (c *Comparison) placebo(covariate string) (stats.Estimate, error) {
	if _, err := c.Frame.Column(covariate); err != nil {
		return unknown(), fmt.Errorf("placebo outcome: %w", err)
	}
	formula, err := match.ParseFormula(c.plan.outcomeFormula(), c.Frame)
	if err != nil {
		return unknown(), err
	}
	others := slices.DeleteFunc(formula.Columns(), func(name string) bool { return name == covariate })
	for i, name := range others {
		others[i] = "`" + name + "`"
	}
	return c.Placebo(covariate, others)
}
