package match

import "github.com/weir-warehouse/weir/policy"

// inverseProbability weights each unit by the inverse of the probability of
// its own arm, times that of the estimand's arm (Li, Morgan and Zaslavsky 2018).
func (p *problem) inverseProbability() (*Result, error) {
	r := p.result()
	for i, e := range p.score {
		if !(e > 0 && e < 1) {
			return nil, policy.Errorf(policy.DataRefused, "the score of row %d is %v; weights need probabilities between 0 and 1. Use a link without \"linear.\", or a ridge if the covariates separate the arms", i+1, e)
		}
		if p.discarded[i] {
			continue
		}
		own, target := e, 1.0
		if !p.treated[i] {
			own = 1 - e
		}
		switch p.spec.Estimand {
		case ATT:
			target = e
		case ATC:
			target = 1 - e
		case ATE:
		}
		r.Weights[i] = target / own
	}
	return r, nil
}
