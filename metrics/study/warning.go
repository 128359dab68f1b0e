package study

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/metrics/match"
)

// Bounds beyond which a methodologist would speak up.
const (
	maxSMD       = 0.25 // of covariates after matching (Rubin 2001; What Works Clearinghouse)
	minOverlap   = 0.5  // of the score's distributions, 1 − Kolmogorov–Smirnov distance
	minClusters  = 20   // for standard errors by clusters (Cameron and Miller 2015)
	maxUnmatched = 0.10 // share of the units of interest that the match loses
)

// warnings says what a reader should know of the match, one sentence each,
// after what the match itself notes (no caliper, separation, units without a match).
func warnings(f *match.Frame, p Plan, c *Comparison) ([]string, error) {
	r := c.Match
	lines := slices.Clone(r.Notes)
	if r.Distance != nil {
		if shared := max(0, 1-c.Balance.All[0].ECDFMax); shared < minOverlap {
			lines = append(lines, fmt.Sprintf("Overlap is poor: at most %.0f %% of the score's distribution is common to both arms before matching.", 100*shared))
		}
	}
	if r.Pairs == nil { // of pairs the match has spoken
		lines = append(lines, lost(c.Balance.Sizes, r.Spec.Estimand)...)
	}
	lines = append(lines, imbalance(c.Balance.Matched)...)
	among, err := outcomesAmong(f, p)
	return append(lines, among...), err
}

// lost warns when the units whose effect is wanted are no longer all there.
func lost(s match.Sizes, estimand match.Estimand) []string {
	var lines []string
	for _, arm := range []struct {
		name  string
		sizes match.ArmSizes
		other match.Estimand // under which the arm is a mere reserve
	}{{"treated", s.Treated, match.ATC}, {"control", s.Control, match.ATT}} {
		gone := arm.sizes.All - arm.sizes.Matched
		if estimand != arm.other && float64(gone) > maxUnmatched*float64(arm.sizes.All) {
			lines = append(lines, fmt.Sprintf("%d of %d %s units are not in the match: the effect is that of the others, not the %s of all.", gone, arm.sizes.All, arm.name, estimand))
		}
	}
	return lines
}

// imbalance names the covariates that matching left too different.
func imbalance(matched match.Table) []string {
	var names []string
	for _, row := range matched.Beyond(match.Thresholds{SMD: maxSMD}) {
		names = append(names, fmt.Sprintf("%s %.2f", row.Name, row.SMD))
	}
	if names == nil {
		return nil
	}
	return []string{fmt.Sprintf("Standardized mean differences above %.2f remain after matching: %s.", maxSMD, strings.Join(names, ", "))}
}

// outcomesAmong warns of outcomes that serve as covariates.
func outcomesAmong(f *match.Frame, p Plan) ([]string, error) {
	var lines []string
	for _, source := range []struct{ what, formula string }{
		{"the match", p.Match.Formula}, {"the outcome models", p.outcomeFormula()},
	} {
		formula, err := match.ParseFormula(source.formula, f)
		if err != nil {
			return nil, err
		}
		for _, outcome := range p.Outcomes {
			if slices.Contains(formula.Columns(), outcome) {
				lines = append(lines, fmt.Sprintf("Outcome %s is among the covariates of %s, which hides the effect instead of estimating it.", outcome, source.what))
			}
		}
	}
	return lines, nil
}

// warnings says what a reader should know of the outcome's data.
func (a *analysis) warnings() []string {
	var lines []string
	if gone := a.lost[0] + a.lost[1]; gone > 0 {
		lines = append(lines, fmt.Sprintf("Outcome %s is missing for %d of %d matched units (%d treated, %d control), which its effects leave out.",
			a.name, gone, gone+len(a.outcome), a.lost[1], a.lost[0]))
	}
	for _, by := range []struct {
		what  string
		codes []int
	}{{"clusters", a.clusters}, {"pairs", a.pairs}} {
		if n := distinct(by.codes); by.codes != nil && n < minClusters {
			lines = append(lines, fmt.Sprintf("Outcome %s: %d %s are fewer than %d, so standard errors and intervals are uncertain.", a.name, n, by.what, minClusters))
		}
	}
	return lines
}
