package match

import (
	"fmt"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// unmatchedNote says how many focal units have no match.
func (p *problem) unmatchedNote(missing int) string {
	out := 0
	for i, focal := range p.focal {
		out += place(focal && p.discarded[i])
	}
	return fmt.Sprintf("%d of %d %s units have no match, %d of them discarded: the estimand is the effect on the matched.", missing, p.focals, p.armName(), out)
}

// stratumWeights sets weights by each stratum's counts of focal and other
// units: for the ATT 1 and focal/others, for the ATC others/focal and 1, for
// the ATE the inverse share of the unit's arm.
func (p *problem) stratumWeights(r *Result, focal []bool, estimand Estimand) error {
	counts := make([][2]float64, slices.Max(r.Subclass)+1)
	for i, s := range r.Subclass {
		counts[s][place(focal[i])]++
	}
	matched := [2]bool{}
	for i, s := range r.Subclass {
		if s == 0 {
			continue
		}
		own := place(focal[i])
		matched[own] = true
		odds := counts[s][1-own] / counts[s][own]
		switch {
		case estimand == ATE:
			r.Weights[i] = 1 + odds
		case (estimand == ATT) == focal[i]:
			r.Weights[i] = 1
		default:
			r.Weights[i] = odds
		}
	}
	if !matched[0] || !matched[1] {
		return policy.Errorf(policy.DataRefused, "no stratum has units of both arms; coarsen the covariates or use fewer of them")
	}
	return nil
}

// normalize scales the weights to a mean of 1 over each arm's matched units.
func (p *problem) normalize(r *Result) error {
	var sum, count [2]float64
	for i, w := range r.Weights {
		arm := place(p.treated[i])
		sum[arm] += w
		count[arm] += number(w > 0)
	}
	if !(sum[0] > 0) || !(sum[1] > 0) {
		return policy.Errorf(policy.DataRefused, "no units of one arm were matched")
	}
	for i, w := range r.Weights {
		if w > 0 {
			arm := place(p.treated[i])
			r.Weights[i] = w * count[arm] / sum[arm]
		}
	}
	return nil
}
