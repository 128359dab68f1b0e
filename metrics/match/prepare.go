package match

import (
	"fmt"
	"strings"

	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/policy"
)

// problem is a Spec read against the units.
type problem struct {
	spec      Spec
	frame     *Frame
	formula   *Formula
	vars      []Column // the formula's variables
	treated   []bool
	level     [2]string
	focal     []bool // the units that matches are sought for
	focals    int    // how many
	sampling  []float64
	score     []float64
	model     *stats.GLMFit
	discarded []bool
	limits    limits
	named     named
	notes     []string
}

// prepare evaluates everything that matching needs.
func prepare(f *Frame, spec Spec) (*problem, error) {
	spec, err := spec.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &problem{spec: spec, frame: f, discarded: make([]bool, f.n)}
	if p.formula, err = ParseFormula(spec.Formula, f); err != nil {
		return nil, err
	}
	if p.treated, p.level, err = treatment(p.formula, f); err != nil {
		return nil, err
	}
	p.focal = p.treated
	if spec.Estimand == ATC {
		p.focal = make([]bool, f.n)
		for i, t := range p.treated {
			p.focal[i] = !t
		}
	}
	for _, t := range p.focal {
		p.focals += place(t)
	}
	if p.vars, err = p.formula.evaluate(f); err != nil {
		return nil, err
	}
	if p.sampling, err = weightsColumn(f, spec.Weights); err != nil {
		return nil, err
	}
	if err = p.estimateScore(); err != nil {
		return nil, err
	}
	return p, p.readLimits()
}

// weightsColumn returns the sampling weights, or nil if none are named.
func weightsColumn(f *Frame, name string) ([]float64, error) {
	if name == "" {
		return nil, nil
	}
	c, err := f.Column(name)
	if err != nil {
		return nil, fmt.Errorf("sampling weights: %w", err)
	}
	if !c.Numeric() {
		return nil, policy.Errorf(policy.Usage, "sampling weights: column %q is not numeric", name)
	}
	if err := complete("sampling weights", []Column{c}); err != nil {
		return nil, err
	}
	for i, w := range c.values {
		if w < 0 {
			return nil, policy.Errorf(policy.DataRefused, "sampling weights: column %q is negative in row %d", name, i+1)
		}
	}
	return c.values, nil
}

// named is the variables that options name, for balance.
type named struct{ exact, mahvars, calipers, anti []Column }

// variables evaluates a list of variables, such as ~ race + married or
// race, married.
func (p *problem) variables(option, list string) ([]Column, error) {
	if list == "" {
		return nil, nil
	}
	m, err := p.oneSided(option, list)
	if err != nil {
		return nil, err
	}
	cols, err := m.evaluate(p.frame)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", option, err)
	}
	return cols, nil
}

// oneSided reads the formula of an option; the ~ may be left out, and commas
// may stand for +.
func (p *problem) oneSided(option, list string) (*Formula, error) {
	if !strings.HasPrefix(strings.TrimSpace(list), "~") {
		list = "~" + strings.ReplaceAll(list, ",", "+")
	}
	m, err := ParseFormula(list, p.frame)
	if err == nil && m.response != nil {
		err = policy.Errorf(policy.Usage, "it has a response; write ~ variable + variable")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", option, err)
	}
	return m, nil
}
