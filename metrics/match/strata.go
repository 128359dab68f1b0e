package match

import (
	"github.com/weir-warehouse/weir/policy"
)

// exactStrata makes strata of units with equal covariates.
func (p *problem) exactStrata() (*Result, error) {
	lists := make([][]int32, len(p.vars))
	for i, c := range p.vars {
		lists[i] = codesOf(c)
	}
	return p.cells(combine(lists...))
}

// cells makes a result of strata of equal codes that have units of both arms.
func (p *problem) cells(codes []int32) (*Result, error) {
	if codes == nil {
		return nil, policy.Errorf(policy.Usage, "method %s needs covariates in the formula", p.spec.Method)
	}
	r := p.result()
	r.Subclass = bothArms(codes, p.treated)
	return r, p.stratumWeights(r, p.treated, p.spec.Estimand)
}

// subclasses makes strata of the score, divided at quantiles of the units that
// the estimand is about (Rosenbaum and Rubin 1984). Strata that lack an arm
// take the nearest units from their neighbours, unless MinN is negative.
func (p *problem) subclasses() (*Result, error) {
	cuts := quantiles(p.target(), p.probabilities())
	r := p.result()
	r.Cuts = cuts
	r.Subclass = make([]int32, p.frame.n)
	count := make([]int32, len(cuts))
	for i, x := range p.score {
		if !p.discarded[i] {
			r.Subclass[i] = index32(interval(x, cuts))
			count[r.Subclass[i]]++
		}
	}
	r.Subclass = renumber(r.Subclass, count)
	if k := int(maxOf(r.Subclass)); k < len(cuts)-1 {
		r.Notes = append(r.Notes, "The score has so few values that there are fewer subclasses than asked for.")
	}
	if p.spec.MinN < 0 {
		r.Subclass = bothArmsInOrder(r.Subclass, p.treated)
	} else if err := p.fill(r.Subclass); err != nil {
		return nil, err
	}
	return r, p.stratumWeights(r, p.treated, p.spec.Estimand)
}

// target returns the scores of the units that the estimand is about.
func (p *problem) target() []float64 {
	var out []float64
	for i, x := range p.score {
		if p.spec.Estimand == ATE || p.treated[i] == (p.spec.Estimand == ATT) {
			out = append(out, x)
		}
	}
	return out
}

// probabilities returns the quantiles between strata, with 0 and 1.
func (p *problem) probabilities() []float64 {
	if p.spec.Quantiles != nil {
		return distinct(append([]float64{0, 1}, p.spec.Quantiles...))
	}
	return sequence(0, 1, p.spec.Subclasses)
}

// renumber closes the gaps that empty strata leave; 0 stays 0.
func renumber(subclass, count []int32) []int32 {
	number := make([]int32, len(count))
	var last int32
	for s := 1; s < len(count); s++ {
		if count[s] > 0 {
			last++
			number[s] = last
		}
	}
	for i, s := range subclass {
		subclass[i] = number[s]
	}
	return subclass
}

// bothArmsInOrder drops strata without both arms and closes the gaps.
func bothArmsInOrder(subclass []int32, treated []bool) []int32 {
	has := make([][2]bool, maxOf(subclass)+1)
	for i, s := range subclass {
		has[s][place(treated[i])] = true
	}
	count := make([]int32, len(has))
	for i, s := range subclass {
		if !has[s][0] || !has[s][1] {
			subclass[i] = 0
		}
		count[subclass[i]]++
	}
	return renumber(subclass, count)
}

func maxOf(s []int32) int32 {
	var out int32
	for _, x := range s {
		out = max(out, x)
	}
	return out
}
