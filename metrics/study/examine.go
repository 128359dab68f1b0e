package study

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/metrics/stats"
	"github.com/weir-warehouse/weir/policy"
)

// analysis returns the data of an outcome's models, for questions beyond its
// effects.
func (c *Comparison) analysis(outcome string) (*analysis, error) {
	a, err := newAnalysis(c.Frame, c.plan, c.Match, outcome)
	if err != nil {
		return nil, fmt.Errorf("outcome %q: %w", outcome, err)
	}
	a.chooseVariance()
	a.model.Adjustment = stats.Interacted
	return a, nil
}

// Subgroup is the effect within one level of a covariate.
type Subgroup struct {
	Level string
	stats.Effect
}

// Subgroups are the effects by levels of a covariate, with a test of their
// difference. Levels without enough matched units of both arms are left out,
// and named in Lacking.
type Subgroups struct {
	By, Outcome string
	Effects     []Subgroup
	Test        stats.Wald // that the effects are equal; P is NaN for a single level
	Lacking     []string
}

// minSubgroup is the fewest matched units of each arm that a subgroup's model
// is fitted to: below it the adjusted model has hardly any degrees of freedom.
const minSubgroup = 10

// maxLevels bounds the subgroups: by more the effects would be of hardly anyone.
const maxLevels = 30

// Subgroups returns the effects on an outcome by the levels of a category, or
// by the values of a column of few numbers.
// Within each level the outcome model has the covariates' main effects. A
// binary outcome's effects are differences of risk by a linear model.
func (c *Comparison) Subgroups(outcome, by string) (Subgroups, error) {
	out := Subgroups{By: by, Outcome: outcome, Test: stats.Wald{P: math.NaN()}}
	column, err := c.Frame.Column(by)
	if err != nil {
		return out, err
	}
	if column = column.Categories(); len(column.Levels()) > maxLevels {
		return out, policy.Errorf(policy.Usage, "subgroups by %q: it has %d values; give a category of at most %d", by, len(column.Levels()), maxLevels)
	}
	a, err := c.analysis(outcome)
	if err != nil {
		return out, err
	}
	keep, codes := out.levels(a, column)
	if len(out.Effects) == 0 {
		return out, nil
	}
	return out, out.fit(a.subset(keep), codes)
}

// levels finds the levels that are large enough, and returns the units in them
// with their places among those levels.
func (s *Subgroups) levels(a *analysis, column match.Column) (keep, codes []int) {
	var sizes [2][]int
	for arm := range sizes {
		sizes[arm] = make([]int, len(column.Levels()))
	}
	for k, i := range a.rows {
		if code := column.Codes()[i]; code >= 0 {
			sizes[int(a.model.Treatment[k])][code]++
		}
	}
	place := make([]int, len(column.Levels()))
	for l, level := range column.Levels() {
		place[l] = -1
		if min(sizes[0][l], sizes[1][l]) < minSubgroup {
			s.Lacking = append(s.Lacking, level)
			continue
		}
		place[l] = len(s.Effects)
		s.Effects = append(s.Effects, Subgroup{Level: level})
	}
	for k, i := range a.rows {
		if code := column.Codes()[i]; code >= 0 && place[code] >= 0 {
			keep, codes = append(keep, k), append(codes, place[code])
		}
	}
	return keep, codes
}

// fit estimates the effects in the levels that are large enough.
func (s *Subgroups) fit(a *analysis, level []int) error {
	a.chooseVariance()
	a.model.Adjustment = stats.MainEffects
	if len(s.Effects) == 1 {
		e, err := a.model.Linear(a.outcome)
		s.Effects[0].Effect = e
		return err
	}
	r, err := a.model.Subgroups(a.outcome, level, len(s.Effects))
	if err != nil {
		return err
	}
	for i := range s.Effects {
		s.Effects[i].Effect = r.Effects[i]
	}
	s.Test = r.Test
	return nil
}

// subset returns the analysis of some of its units.
func (a *analysis) subset(keep []int) *analysis {
	out := *a
	out.rows, out.outcome = pick(a.rows, keep), pick(a.outcome, keep)
	out.model.Treatment, out.model.Weights, out.model.Target = pick(a.model.Treatment, keep), pick(a.model.Weights, keep), pick(a.model.Target, keep)
	out.model.Covariates.Columns = make([][]float64, len(a.model.Covariates.Columns))
	for j, column := range a.model.Covariates.Columns {
		out.model.Covariates.Columns[j] = pick(column, keep)
	}
	if a.pairs != nil {
		out.pairs = pick(a.pairs, keep)
	}
	if a.clusters != nil {
		out.clusters = pick(a.clusters, keep)
	}
	return &out
}

func pick[T any](values []T, keep []int) []T {
	out := make([]T, len(keep))
	for k, i := range keep {
		out[k] = values[i]
	}
	return out
}

// Detectable is the smallest effect that a comparison would find.
type Detectable struct {
	R2     float64 // share of the outcome's variance that covariates explain, assumed
	Effect float64 // in standard deviations of the outcome
}

// Power returns the minimum detectable effects of the match, with a power of
// 80 %, for shares of the outcome's variance that covariates may explain. Units
// count by their effective sample size, and as independent within arms. No
// outcome is read.
func (c *Comparison) Power(alpha float64) ([]Detectable, error) {
	treated, control := c.Balance.Sizes.Treated.MatchedESS, c.Balance.Sizes.Control.MatchedESS
	var out []Detectable
	for _, r2 := range []float64{0, 0.25, 0.5, 0.75} {
		effect, err := stats.Power{
			Clusters: int(math.Round(treated + control)), Size: 1, TreatedShare: treated / (treated + control),
			R2Within: r2, Alpha: alpha,
		}.MinimumDetectableEffect()
		if err != nil {
			return nil, err
		}
		out = append(out, Detectable{R2: r2, Effect: effect})
	}
	return out, nil
}

// Sensitivity is how an effect stands up to what may be wrong with it.
type Sensitivity struct {
	Outcome string
	// Gamma is the hidden bias at which the signed-rank test of pairs is no
	// longer significant (Rosenbaum); NaN without pairs.
	Gamma float64
	Pairs int
	// Delta is how much unobserved covariates would have to matter, relative to
	// observed ones, for the effect to vanish (Oster); NaN if it does not exist.
	Delta, R2Max float64
	// LeastWithout and MostWithout are the effects without one cluster.
	LeastWithout, MostWithout float64
	Without                   int // clusters left out, one at a time
}

// Sensitivity examines the effect on an outcome at a two-sided level alpha.
func (c *Comparison) Sensitivity(outcome string, alpha float64) (Sensitivity, error) {
	s := Sensitivity{Outcome: outcome, Gamma: math.NaN(), Delta: math.NaN(), LeastWithout: math.NaN(), MostWithout: math.NaN()}
	a, err := c.analysis(outcome)
	if err != nil {
		return s, err
	}
	if differences := a.pairDifferences(c.Match); len(differences) > 0 {
		s.Pairs = len(differences)
		mean := 0.0
		for _, d := range differences {
			mean += d
		}
		if mean < 0 {
			for i := range differences {
				differences[i] = -differences[i]
			}
		}
		if s.Gamma, err = stats.RosenbaumGamma(differences, alpha/2); err != nil {
			s.Gamma = math.NaN()
		}
	}
	s.oster(a)
	return s, s.leaveOut(a)
}

// pairDifferences returns each focal unit's outcome less the mean of its
// matches'.
func (a *analysis) pairDifferences(r *match.Result) []float64 {
	if r.Pairs == nil {
		return nil
	}
	at := make(map[int32]int, len(a.rows))
	for k, i := range a.rows {
		at[int32(i)] = k //nolint:gosec // frames have fewer rows than that
	}
	var out []float64
	for i, focal := range r.Pairs.Focal {
		k, ok := at[focal]
		if !ok {
			continue
		}
		sum, n := 0.0, 0
		for _, m := range r.Pairs.Of(i) {
			if j, ok := at[m]; ok {
				sum += a.outcome[j]
				n++
			}
		}
		if n > 0 {
			sign := 2*a.model.Treatment[k] - 1
			out = append(out, sign*(a.outcome[k]-sum/float64(n)))
		}
	}
	return out
}

// oster compares the models without and with covariates.
func (s *Sensitivity) oster(a *analysis) {
	ones := slices.Repeat([]float64{1}, len(a.outcome))
	short := stats.Design{Names: []string{stats.Intercept, "treated"}, Columns: [][]float64{ones, a.model.Treatment}}
	long := short.With(a.model.Covariates)
	x, errShort := stats.LeastSquares(short, a.outcome, a.model.Weights)
	y, errLong := stats.LeastSquares(long, a.outcome, a.model.Weights)
	if errShort != nil || errLong != nil {
		return
	}
	o := stats.Oster{
		Uncontrolled: x.Coefficients[1], R2Uncontrolled: x.RSquared,
		Controlled: y.Coefficients[1], R2Controlled: y.RSquared,
	}
	s.R2Max = min(1.3*y.RSquared, 1)
	if delta, err := o.Delta(); err == nil {
		s.Delta = delta
	}
}

// leaveOut estimates the effect without each cluster.
func (s *Sensitivity) leaveOut(a *analysis) error {
	if a.clusters == nil {
		return nil
	}
	codes, values, err := stats.LeaveOneOut(a.clusters, func(rows []int) (float64, error) {
		b := a.subset(rows)
		b.model.Variance, b.model.Clusters = stats.HC0, nil
		e, err := b.model.Linear(b.outcome)
		return e.Value, err
	})
	if err != nil {
		return fmt.Errorf("without a cluster: %w", err)
	}
	s.Without, s.LeastWithout, s.MostWithout = len(codes), slices.Min(values), slices.Max(values)
	return nil
}

// Placebo returns the effect on a covariate, by the model that adjusts for
// others. Of a comparison that is sound it is near zero.
func (c *Comparison) Placebo(covariate string, others []string) (stats.Estimate, error) {
	plan := c.plan
	if plan.Covariates = strings.Join(others, " + "); len(others) == 0 {
		plan.Covariates = "1"
	}
	a, err := newAnalysis(c.Frame, plan, c.Match, covariate)
	if err != nil {
		return unknown(), fmt.Errorf("placebo outcome %q: %w", covariate, err)
	}
	a.chooseVariance()
	a.model.Adjustment = stats.MainEffects
	e, err := a.model.Linear(a.outcome)
	return e.Estimate, err
}
