package stats

import (
	"fmt"

	"gonum.org/v1/gonum/floats"

	"github.com/weir-warehouse/weir/policy"
)

// SubgroupEffects are the effects in subgroups with a test of their difference.
type SubgroupEffects struct {
	Effects     []Effect   // one a level
	Differences []Estimate // each later level's effect less the first level's
	Test        Wald       // of the hypothesis that all effects are equal
}

// Subgroups returns the linear effect within each of the levels 0 … levels−1
// that level gives the units, and tests whether they differ. All levels are
// fitted in one model in which each has its own coefficients, so that effects
// are what separate fits would give, and the test knows that a cluster's units
// in different levels depend on each other. Errors: as Linear, a level outside
// the range, or fewer than two levels.
func (g GComputation) Subgroups(outcome []float64, level []int, levels int) (SubgroupEffects, error) {
	effects, err := g.subgroups(outcome, level, levels)
	if err != nil {
		return SubgroupEffects{}, fmt.Errorf("subgroup effects: %w", err)
	}
	return effects, nil
}

func (g GComputation) subgroups(outcome []float64, level []int, levels int) (SubgroupEffects, error) {
	if err := g.check(outcome); err != nil {
		return SubgroupEffects{}, err
	}
	if len(level) != len(outcome) || levels < 2 {
		return SubgroupEffects{}, policy.Errorf(policy.Usage, "%d levels of %d units for %d outcomes", levels, len(level), len(outcome))
	}
	inside := make([][]float64, levels)
	for l := range inside {
		inside[l] = make([]float64, len(level))
	}
	for i, l := range level {
		if l < 0 || l >= levels {
			return SubgroupEffects{}, policy.Errorf(policy.Usage, "level of unit %d is not in 0 to %d", i+1, levels-1)
		}
		inside[l][i] = 1
	}
	one := g.design()
	var all Design
	for l := range inside {
		all = all.With(one.within(inside[l], fmt.Sprintf("level%d:", l)))
	}
	fit, err := LeastSquares(all, outcome, g.Weights)
	if err != nil {
		return SubgroupEffects{}, err
	}
	covariance, err := fit.Covariance(g.Variance, g.Clusters...)
	if err != nil {
		return SubgroupEffects{}, err
	}
	return g.compareLevels(covariance, inside, len(one.Columns))
}

// compareLevels returns the effects from a model whose design has a block of so
// many columns for each level.
func (g GComputation) compareLevels(c *Covariance, inside [][]float64, columns int) (SubgroupEffects, error) {
	var result SubgroupEffects
	var differences [][]float64
	var first []float64
	for l, here := range inside {
		target, rows := make([]float64, len(here)), make([]float64, len(here))
		for i, is := range here {
			target[i], rows[i] = is*weightOf(g.Target, i), is*weightOf(g.Weights, i)
		}
		if err := checkWeights(target, len(target)); err != nil {
			return SubgroupEffects{}, fmt.Errorf("target in level %d: %w", l, err)
		}
		effect, contrast, err := g.effect(c, target, l*columns)
		if err != nil {
			return SubgroupEffects{}, err
		}
		effect.Rows = positive(rows, len(rows))
		result.Effects = append(result.Effects, effect)
		if l == 0 {
			first = contrast
			continue
		}
		difference := floats.SubTo(make([]float64, len(contrast)), contrast, first)
		estimate, err := c.estimate(effect.Value-result.Effects[0].Value, difference)
		if err != nil {
			return SubgroupEffects{}, err
		}
		differences = append(differences, difference)
		result.Differences = append(result.Differences, estimate)
	}
	var err error
	result.Test, err = c.joint(differences)
	return result, err
}

// within returns the design with every row outside set to zero.
func (d Design) within(inside []float64, prefix string) Design {
	var part Design
	for j, column := range d.Columns {
		product := make([]float64, len(column))
		for i, x := range column {
			product[i] = x * inside[i]
		}
		part.Names = append(part.Names, prefix+d.Names[j])
		part.Columns = append(part.Columns, product)
	}
	return part
}
