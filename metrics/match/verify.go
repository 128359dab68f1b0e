package match

import (
	"math"
	"slices"

	"github.com/weir-warehouse/weir/policy"
)

// verify checks the result against the spec, from the columns and not from
// what the search made of them. The first breach is an error with the code
// policy.Failed: it means a fault in this package.
func (p *problem) verify(r *Result) error {
	if err := p.verifyWeights(r); err != nil {
		return err
	}
	rules, err := p.pairRules(r)
	if err != nil {
		return err
	}
	switch {
	case r.Pairs != nil:
		err = p.verifyPairs(r, rules)
	case r.Subclass != nil:
		err = p.verifyStrata(r, rules)
	}
	switch {
	case err != nil:
	case p.spec.Method == Coarsened:
		err = p.verifyCells(r)
	case p.spec.Method == Entropy:
		err = p.verifyMoments(r)
	}
	return err
}

func breach(format string, args ...any) error {
	return policy.Errorf(policy.Failed, "the match breaks its own rules: "+format, args...)
}

func (p *problem) verifyWeights(r *Result) error {
	var sum, count [2]float64
	for i, w := range r.Weights {
		switch {
		case !(w >= 0) || math.IsInf(w, 0):
			return breach("row %d has the weight %v", i+1, w)
		case w > 0 && r.Discarded[i]:
			return breach("row %d is discarded and has a weight", i+1)
		case r.Subclass != nil && (r.Subclass[i] > 0) != (w > 0):
			return breach("row %d is in subclass %d and has the weight %v", i+1, r.Subclass[i], w)
		}
		arm := place(p.treated[i])
		sum[arm] += w
		count[arm] += number(w > 0)
	}
	for arm := range sum {
		if math.Abs(sum[arm]-count[arm]) > 1e-8*count[arm] {
			return breach("weights of an arm sum to %v over %v units", sum[arm], count[arm])
		}
	}
	return nil
}

// pairRule says what keeps two units from being a pair; "" if nothing does.
type pairRule func(a, b int32) string

// pairRules evaluates the spec's constraints once more.
func (p *problem) pairRules(r *Result) ([]pairRule, error) {
	q := &problem{frame: p.frame}
	exact, err := q.variables("exact", p.spec.Exact)
	if err != nil {
		return nil, err
	}
	anti, err := q.variables("antiexact", p.spec.AntiExact)
	if err != nil {
		return nil, err
	}
	var rules []pairRule
	for _, c := range exact {
		rules = append(rules, func(a, b int32) string { return when(!c.same(a, b), "differ in exact variable "+c.name) })
	}
	for _, c := range anti {
		rules = append(rules, func(a, b int32) string { return when(c.same(a, b), "agree in antiexact variable "+c.name) })
	}
	for _, c := range r.Calipers {
		q.score = p.score
		values, err := q.caliperValues(c)
		if err != nil {
			return nil, err
		}
		rules = append(rules, func(a, b int32) string {
			gap := math.Abs(values[a] - values[b])
			return when(c.Width >= 0 && gap > c.Width || c.Width < 0 && gap <= -c.Width, "break the caliper on "+c.name())
		})
	}
	return append(rules, func(a, b int32) string {
		return when(p.treated[a] == p.treated[b] || r.Discarded[a] || r.Discarded[b], "are of one arm or discarded")
	}), nil
}

func when(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

// same reports whether two units have the same value.
func (c Column) same(a, b int32) bool {
	if c.Numeric() {
		return c.values[a] == c.values[b]
	}
	return c.codes[a] == c.codes[b]
}

// verifyPairs checks each pair, how many matches a unit has, and how often one
// is used.
func (p *problem) verifyPairs(r *Result, rules []pairRule) error {
	most := int(max(p.spec.Ratio, p.spec.MaxControls))
	used := make([]int, p.frame.n)
	for i, t := range r.Pairs.Focal {
		matches := r.Pairs.Of(i)
		if len(matches) == 0 || len(matches) > most {
			return breach("row %d has %d matches; at most %d were asked for", t+1, len(matches), most)
		}
		for k, u := range matches {
			for _, rule := range rules {
				if text := rule(t, u); text != "" {
					return breach("rows %d and %d %s", t+1, u+1, text)
				}
			}
			if slices.Contains(matches[:k], u) {
				return breach("row %d is matched twice to row %d", u+1, t+1)
			}
			if used[u]++; used[u] > p.spec.ReuseMax {
				return breach("row %d is used more than %d times", u+1, p.spec.ReuseMax)
			}
		}
	}
	return nil
}
