package match

import (
	"fmt"
	"math"

	"github.com/weir-warehouse/weir/policy"
)

// limits are the constraints on a pair, ready to be checked by row number.
type limits struct {
	exact   []int32   // pairs must agree; nil: no constraint
	cluster []int32   // of Spec.Within; nil: none
	anti    [][]int32 // pairs must differ in each
	score   *limit    // caliper on the score
	covs    []limit   // calipers on other variables
}

// limit is a caliper with an absolute width.
type limit struct {
	values []float64
	width  float64
}

// ok reports whether two units keep the caliper.
func (l *limit) ok(a, b int32) bool {
	gap := math.Abs(l.values[a] - l.values[b])
	if l.width < 0 {
		return gap > -l.width
	}
	return gap <= l.width
}

// ok reports whether two units may be paired, apart from equality of exact
// variables and the score's caliper, which the searches handle.
func (l *limits) ok(a, b int32) bool {
	for i := range l.covs {
		if !l.covs[i].ok(a, b) {
			return false
		}
	}
	for _, codes := range l.anti {
		if codes[a] == codes[b] {
			return false
		}
	}
	return true
}

// free reports whether ok always holds.
func (l *limits) free() bool { return len(l.covs) == 0 && len(l.anti) == 0 }

// readLimits evaluates the constraints that the spec names.
func (p *problem) readLimits() error {
	exact, err := p.variables("exact", p.spec.Exact)
	if err != nil {
		return err
	}
	lists := make([][]int32, len(exact))
	for i, c := range exact {
		lists[i] = codesOf(c)
	}
	p.named.exact, p.limits.exact = exact, combine(lists...)
	if p.spec.Within != "" {
		c, err := p.frame.Column(p.spec.Within)
		if err == nil {
			err = complete("clusters", []Column{c})
		}
		if err != nil {
			return fmt.Errorf("within: %w", err)
		}
		p.limits.cluster = codesOf(c)
	}
	anti, err := p.variables("antiexact", p.spec.AntiExact)
	if err != nil {
		return err
	}
	p.named.anti = anti
	for _, c := range anti {
		p.limits.anti = append(p.limits.anti, codesOf(c))
	}
	return p.readCalipers()
}

// readCalipers makes the widths absolute, in the order of the spec.
func (p *problem) readCalipers() error {
	widths := make([]Caliper, 0, len(p.spec.Calipers))
	for _, c := range p.spec.Calipers {
		if math.IsInf(c.Width, 0) {
			continue
		}
		if math.IsNaN(c.Width) {
			return policy.Errorf(policy.Usage, "caliper on %s: the width is not a number", c.name())
		}
		values, err := p.caliperValues(c)
		if err != nil {
			return err
		}
		if !c.Raw {
			c.Width *= p.deviation(values)
			c.Raw = true
		}
		widths = append(widths, c)
		if c.Variable == "" {
			if p.limits.score != nil {
				return policy.Errorf(policy.Usage, "two calipers are on the score; give one")
			}
			p.limits.score = &limit{values, c.Width}
			continue
		}
		p.limits.covs = append(p.limits.covs, limit{values, c.Width})
	}
	if p.spec.Method == Nearest && len(widths) == 0 {
		p.notes = append(p.notes, "No caliper is set: each unit gets a match however far away it is.")
	}
	p.spec.Calipers = widths
	return nil
}

func (c Caliper) name() string {
	if c.Variable == "" {
		return "the score"
	}
	return c.Variable
}

// caliperValues evaluates what the caliper is on.
func (p *problem) caliperValues(c Caliper) ([]float64, error) {
	if c.Variable == "" {
		if p.score == nil {
			return nil, policy.Errorf(policy.Usage, "a caliper without a variable is on the score, but the distance %s has none", p.spec.Distance)
		}
		return p.score, nil
	}
	e, err := parse(c.Variable)
	if err != nil {
		return nil, fmt.Errorf("caliper: %w", err)
	}
	col, err := evaluate(e, p.frame)
	if err == nil {
		err = complete("caliper variables", []Column{col})
	}
	if err != nil {
		return nil, fmt.Errorf("caliper: %w", err)
	}
	if !col.Numeric() {
		return nil, policy.Errorf(policy.Usage, "caliper on %q: it has categories; name it under exact instead", c.Variable)
	}
	p.named.calipers = append(p.named.calipers, col)
	return col.values, nil
}

// deviation is the standard deviation over units not discarded.
func (p *problem) deviation(values []float64) float64 {
	kept := make([]float64, 0, len(values))
	for i, x := range values {
		if !p.discarded[i] {
			kept = append(kept, x)
		}
	}
	return deviation(kept)
}
