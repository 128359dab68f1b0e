package match

import "fmt"

// k2k prunes strata to pairs, nearest first by the original covariates.
func (p *problem) k2k(cells []int32) (*Result, error) {
	// Interactions do not count: the distance is over the variables.
	m := &Formula{variables: p.formula.variables, names: p.formula.names, intercept: true}
	for v := range m.variables {
		m.terms = append(m.terms, []int{v})
	}
	inner := *p
	inner.limits.exact = bothArms(cells, p.treated)
	inner.discarded = make([]bool, p.frame.n)
	space, err := inner.spaceOf(m, p.spec.K2KDistance)
	if err != nil {
		return nil, fmt.Errorf("k2k: %w", err)
	}
	for i, s := range inner.limits.exact {
		inner.discarded[i] = s == 0
	}
	g, err := inner.newGreedy(space, nil)
	if err != nil {
		return nil, fmt.Errorf("k2k: %w", err)
	}
	g.whole = true
	g.run()
	return p.pairsResult(g.settleTies().pairs())
}
