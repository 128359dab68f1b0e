package match

import (
	"fmt"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// result returns a result with what every method shares.
func (p *problem) result() *Result {
	return &Result{
		Spec: p.spec, Treated: p.treated, Level: p.level, Distance: p.score, Discarded: p.discarded,
		Sampling: p.sampling, Calipers: p.spec.Calipers, Model: p.model, Notes: p.notes,
		Weights: make([]float64, p.frame.n), covariates: p.covariates(),
	}
}

// covariates lists the formula's variables, in order of the terms that have
// them, then those that only options name.
func (p *problem) covariates() []Column {
	var own []Column
	for _, t := range p.formula.terms {
		for _, v := range t {
			own = append(own, p.vars[v])
		}
	}
	return uniqueColumns(own, p.named.exact, p.named.mahvars, p.named.calipers, p.named.anti)
}

// uniqueColumns joins lists of columns and leaves out those whose name came
// before.
func uniqueColumns(lists ...[]Column) []Column {
	var out []Column
	seen := make(map[string]bool)
	for _, c := range slices.Concat(lists...) {
		if !seen[c.name] {
			seen[c.name] = true
			out = append(out, c)
		}
	}
	return out
}

// pairsResult gives weights to pairs, and, if no unit recurs, subclasses.
func (p *problem) pairsResult(pairs *Pairs) (*Result, error) {
	if len(pairs.Focal) == 0 {
		return nil, policy.Errorf(policy.DataRefused, "no unit has a match under these constraints; widen the calipers or drop variables from exact")
	}
	r := p.result()
	r.Pairs = pairs
	if missing := p.focals - len(pairs.Focal); missing > 0 {
		r.Notes = append(r.Notes, p.unmatchedNote(missing))
	}
	if short := p.shortOf(pairs); short > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d %s units have fewer than %v matches.", short, p.armName(), p.spec.Ratio))
	}
	if p.spec.ReuseMax > 1 {
		for i, t := range pairs.Focal {
			matches := pairs.Of(i)
			r.Weights[t] = 1
			for _, u := range matches {
				r.Weights[u] += 1 / float64(len(matches))
			}
		}
		return r, nil
	}
	r.Subclass = make([]int32, p.frame.n)
	for i, t := range pairs.Focal {
		r.Subclass[t] = index32(i + 1)
		for _, u := range pairs.Of(i) {
			r.Subclass[u] = index32(i + 1)
		}
	}
	return r, p.stratumWeights(r, p.focal, ATT)
}

// shortOf is how many focal units have some, but not all, of a fixed number of
// matches.
func (p *problem) shortOf(pairs *Pairs) int {
	if p.spec.MaxControls != 0 {
		return 0
	}
	short := 0
	for i := range pairs.Focal {
		short += place(float64(len(pairs.Of(i))) < p.spec.Ratio)
	}
	return short
}

func (p *problem) armName() string {
	if p.spec.Estimand == ATC {
		return "control"
	}
	return "treated"
}
