package study

import (
	"fmt"
	"slices"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/policy"
)

// Plan says what to compare.
type Plan struct {
	Match    match.Spec
	Outcomes []string // columns; one whose values are 0 and 1, or truth values, is binary
	// Covariates are those of the outcome models, as ~ age + educ; empty: the
	// right side of the match's formula.
	Covariates string
	Clusters   string // column of units that depend on each other, such as schools
	// Missing says how missing covariates are filled in; empty: they are an
	// error.
	Missing match.Filling
	Balance match.BalanceOptions
}

// Comparison is a match with what it shows.
type Comparison struct {
	Frame    *match.Frame // the units, with missing covariates filled in
	Match    *match.Result
	Balance  *match.Balance
	Effects  []Effect // by outcome, then model, then measure
	Warnings []string // one line each

	plan Plan        // with the indicators of what was missing
	lost []attrition // by outcome
}

// Compare matches the units of f, measures balance, and estimates the effects
// on all outcomes. Errors: what match.Run and Balance refuse, and columns that
// the plan names and the frame lacks.
func Compare(f *match.Frame, p Plan) (*Comparison, error) {
	if err := p.check(f); err != nil {
		return nil, err
	}
	f, p, notes, err := p.fill(f)
	if err != nil {
		return nil, err
	}
	r, err := match.Run(f, p.Match)
	if err != nil {
		return nil, fmt.Errorf("match: %w", err)
	}
	b, err := r.Balance(f, p.Balance)
	if err != nil {
		return nil, fmt.Errorf("balance: %w", err)
	}
	c := &Comparison{Frame: f, Match: r, Balance: b, plan: p}
	if c.Warnings, err = warnings(f, p, c); err != nil {
		return nil, err
	}
	c.Warnings = slices.Concat(notes, c.Warnings)
	for _, outcome := range p.Outcomes {
		a, err := newAnalysis(f, p, r, outcome)
		if err != nil {
			return nil, fmt.Errorf("outcome %q: %w", outcome, err)
		}
		c.lost = append(c.lost, a.attrition())
		c.Warnings = append(c.Warnings, a.warnings()...)
		effects, failures := a.effects()
		c.Effects = append(c.Effects, effects...)
		c.Warnings = append(c.Warnings, failures...)
	}
	return c, adjustFamilies(c.Effects)
}

// check looks for the columns before hours of matching.
func (p Plan) check(f *match.Frame) error {
	for i, name := range p.Outcomes {
		if slices.Contains(p.Outcomes[:i], name) {
			return policy.Errorf(policy.Usage, "outcome %q is named twice", name)
		}
		c, err := f.Column(name)
		if err != nil {
			return fmt.Errorf("outcome: %w", err)
		}
		if _, err := outcomeValues(c); err != nil {
			return err
		}
	}
	if p.Clusters != "" {
		if _, err := f.Column(p.Clusters); err != nil {
			return fmt.Errorf("clusters: %w", err)
		}
	}
	for _, formula := range []string{p.Match.Formula, p.outcomeFormula()} {
		if _, err := match.ParseFormula(formula, f); err != nil {
			return err
		}
	}
	return nil
}

// fill completes the covariates of match and outcome models, whose formulas
// then also have the indicators of what was missing.
func (p Plan) fill(f *match.Frame) (*match.Frame, Plan, []string, error) {
	if p.Missing == "" {
		return f, p, nil, nil
	}
	p.Covariates = p.outcomeFormula()
	formulas := []*string{&p.Match.Formula, &p.Covariates}
	columns := make([][]string, len(formulas))
	for k, formula := range formulas {
		m, err := match.ParseFormula(*formula, f)
		if err != nil {
			return nil, p, nil, err
		}
		columns[k] = m.Columns()
	}
	filled, added, notes, err := f.Fill(p.Missing, slices.Compact(slices.Sorted(slices.Values(slices.Concat(columns...))))...)
	if err != nil {
		return nil, p, nil, fmt.Errorf("missing covariates: %w", err)
	}
	for k, formula := range formulas {
		for _, name := range columns[k] {
			if indicator := name + ".missing"; slices.Contains(added, indicator) {
				*formula += " + `" + indicator + "`"
			}
		}
	}
	return filled, p, notes, nil
}
