package study

import (
	"fmt"

	"github.com/weir-warehouse/weir/metrics/match"
)

// Contrast is the comparison of two of several treatment arms.
type Contrast struct {
	*Comparison

	Treated, Control string // the arms, by the treatment's values
	Rows             []int  // the units of both, as rows of the whole data
}

// CompareArms compares units of several arms two at a time: each arm with the
// one of comparison, and, if pairwise, the others with each other. P-values are
// adjusted for all outcomes of all contrasts. Errors: as of Compare, and an arm
// that the treatment does not have.
func CompareArms(f *match.Frame, p Plan, comparison string, pairwise bool) ([]Contrast, error) {
	formula, err := match.ParseFormula(p.Match.Formula, f)
	if err != nil {
		return nil, err
	}
	contrasts, err := match.Contrasts(f, formula.Treatment(), comparison, pairwise)
	if err != nil {
		return nil, err
	}
	var out []Contrast
	var effects []Effect
	for _, two := range contrasts {
		c, err := Compare(two.Frame, p)
		if err != nil {
			return nil, fmt.Errorf("%s against %s: %w", two.Treated, two.Comparison, err)
		}
		c.Match.Level = [2]string{two.Comparison, two.Treated}
		out = append(out, Contrast{c, two.Treated, two.Comparison, two.Rows})
		effects = append(effects, c.Effects...)
	}
	if err := adjustFamilies(effects); err != nil {
		return nil, err
	}
	for _, c := range out {
		effects = effects[copy(c.Effects, effects):]
	}
	return out, nil
}
