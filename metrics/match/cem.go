package match

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// Cutpoints says how coarsened exact matching divides numeric variables, by
// name; the name "" stands for all that are not named. A variable without a
// rule is divided by Sturges' rule.
type Cutpoints map[string]Bins

// Bins is one variable's division: by a rule, into a number of bins of equal
// width, or at given values. Values on a cut belong to the upper bin.
type Bins struct {
	// Rule is sturges, fd (Freedman and Diaconis), scott, or q and a number
	// for bins between that many quantiles.
	Rule string
	// Count is the number of bins; −1 keeps the values as they are, and 1
	// leaves the variable out.
	Count int
	Cuts  []float64
}

// coarsened makes strata of units whose covariates are equal after coarsening
// (Iacus, King and Porro 2012).
func (p *problem) coarsened() (*Result, error) {
	if err := p.checkCoarsening(); err != nil {
		return nil, err
	}
	cells, err := p.coarseCells()
	if err != nil {
		return nil, err
	}
	if cells == nil {
		cells = make([]int32, p.frame.n) // every variable is left out
	}
	if p.spec.K2K {
		return p.k2k(cells)
	}
	return p.cells(cells)
}

// checkCoarsening refuses names that are not covariates.
func (p *problem) checkCoarsening() error {
	for name := range p.spec.Cutpoints {
		i := slices.IndexFunc(p.vars, func(c Column) bool { return c.name == name })
		if name != "" && (i < 0 || !p.vars[i].Numeric()) {
			return policy.Errorf(policy.Usage, "cutpoints: %q is not a numeric covariate of the formula; group categories under grouping", name)
		}
		if _, ok := p.spec.Grouping[name]; ok {
			return policy.Errorf(policy.Usage, "%q has both cutpoints and a grouping; give one", name)
		}
	}
	for name := range p.spec.Grouping {
		if !slices.ContainsFunc(p.vars, func(c Column) bool { return c.name == name }) {
			return policy.Errorf(policy.Usage, "grouping: %q is not a covariate of the formula", name)
		}
	}
	return nil
}

// coarseCells numbers the combinations of coarsened covariates.
func (p *problem) coarseCells() ([]int32, error) {
	if len(p.vars) == 0 {
		return nil, policy.Errorf(policy.Usage, "method cem needs covariates in the formula")
	}
	var lists [][]int32
	for _, c := range p.vars {
		groups, grouped := p.spec.Grouping[c.name]
		switch {
		case grouped:
			lists = append(lists, group(c, groups))
		case !c.Numeric():
			lists = append(lists, c.codes)
		default:
			bins, ok := p.spec.Cutpoints[c.name]
			if !ok {
				bins = p.spec.Cutpoints[""]
			}
			codes, err := bins.divide(c.values)
			if err != nil {
				return nil, fmt.Errorf("cutpoints of %s: %w", c.name, err)
			}
			if codes != nil {
				lists = append(lists, codes)
			}
		}
	}
	return combine(lists...), nil
}

// group merges the values of a variable that stand in one group.
func group(c Column, groups [][]string) []int32 {
	levels, codes := c.levels, c.codes
	if c.Numeric() {
		f := evalFactor(value{nums: c.values})
		levels, codes = f.cats.levels, f.cats.codes
	}
	merged := make([]int32, len(levels))
	for k, level := range levels {
		merged[k] = index32(k)
		for g, members := range groups {
			if slices.Contains(members, level) {
				merged[k] = -1 - index32(g)
				break
			}
		}
	}
	out := make([]int32, len(codes))
	for i, k := range codes {
		out[i] = merged[k]
	}
	return out
}

// divide returns each value's bin; nil if the variable is left out.
func (b Bins) divide(values []float64) ([]int32, error) {
	cuts := b.Cuts
	if cuts == nil {
		count, err := b.count(values)
		if err != nil {
			return nil, err
		}
		switch {
		case count < 0:
			return codesOf(Numeric("", values)), nil
		case count == 1:
			return nil, nil
		case strings.HasPrefix(b.Rule, "q"):
			cuts = quantiles(values, sequence(0, 1, count)[1:count])
		default:
			cuts = sequence(slices.Min(values), slices.Max(values), count)[1:count]
		}
	}
	if slices.ContainsFunc(cuts, math.IsNaN) {
		return nil, policy.Errorf(policy.Usage, "a cut is not a number")
	}
	edges := append([]float64{math.Inf(-1)}, distinct(cuts)...)
	edges = append(edges, math.Inf(1))
	codes := make([]int32, len(values))
	for i, x := range values {
		codes[i] = index32(interval(x, edges))
	}
	return codes, nil
}

// count returns how many bins the rule asks for; −1: none.
func (b Bins) count(values []float64) (int, error) {
	if b.Rule == "" && b.Count != 0 {
		if b.Count < -1 {
			return 0, policy.Errorf(policy.Usage, "%d bins", b.Count)
		}
		return b.Count, nil
	}
	switch rule := strings.ToLower(b.Rule); {
	case rule == "" || rule == "sturges":
		return sturges(values), nil
	case rule == "scott":
		return scott(values), nil
	case rule == "fd":
		return freedmanDiaconis(values), nil
	case strings.HasPrefix(rule, "q"):
		if n, err := strconv.Atoi(rule[1:]); err == nil && n > 1 {
			return n, nil
		}
	}
	return 0, policy.Errorf(policy.Usage, "rule %q is not one of sturges, fd, scott or q2, q3, …", b.Rule)
}
