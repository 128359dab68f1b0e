package study

import (
	"errors"
	"fmt"
	"slices"

	"github.com/weir-warehouse/weir/metrics/stats"
)

// models are the outcome models in the order of ambition.
var models = []struct {
	name       Model
	adjustment stats.Adjustment
}{{Unadjusted, stats.Unadjusted}, {MainEffects, stats.MainEffects}, {Interacted, stats.Interacted}}

// effects fits all models. One that cannot be fitted becomes a line that says
// why.
func (a *analysis) effects() (effects []Effect, failures []string) {
	a.chooseVariance()
	arms, clusters := a.arms(), clusterCount(a.model.Clusters)
	for _, m := range models {
		a.model.Adjustment = m.adjustment
		fitted, err := a.fit()
		if err != nil {
			failures = append(failures, fmt.Sprintf("Outcome %s has no effect by model %s: %v.", a.name, m.name, err))
			continue
		}
		size := a.size(fitted, arms)
		for _, e := range fitted {
			e.Outcome, e.Model, e.Variance, e.Size, e.Clusters = a.name, m.name, a.model.Variance, size, clusters
			e.EValue, e.EValueLimit = eValues(fitted, size)
			effects = append(effects, e)
		}
	}
	return effects, failures
}

// fit estimates the effect by the model that stands: linear, or logistic for a
// binary outcome.
func (a *analysis) fit() ([]Effect, error) {
	if !a.binary {
		e, err := a.model.Linear(a.outcome)
		if err != nil {
			return nil, err
		}
		return []Effect{{
			Measure: Difference, Estimate: a.reference(e.Estimate), Treated: e.Treated, Control: e.Control,
			Rows: e.Rows, Terms: a.terms() - len(e.Aliased),
		}}, nil
	}
	e, err := a.model.Logistic(a.outcome)
	if err != nil {
		return nil, err
	}
	if e.Separation != nil {
		return nil, errors.New(e.Separation.String())
	}
	var effects []Effect
	for _, m := range []struct {
		measure  Measure
		estimate stats.Estimate
	}{{RiskDifference, e.RiskDifference}, {RiskRatio, e.LogRiskRatio}, {OddsRatio, e.LogOddsRatio}} {
		effects = append(effects, Effect{
			Measure: m.measure, Estimate: a.reference(m.estimate), Treated: e.Treated, Control: e.Control,
			Rows: e.Rows, Terms: a.terms() - len(e.Aliased),
		})
	}
	return effects, nil
}

// terms counts the model's coefficients before any is dropped.
func (a *analysis) terms() int {
	return 2 + int(a.model.Adjustment)*len(a.model.Covariates.Names)
}

// chooseVariance picks the estimator that MatchIt's guide advises: clusters of
// pairs where there are pairs, else HC3. Clusters that were named come first:
// alone, as bias-reduced CR2 for few of them, if each pair lies within one, and
// else together with pairs. Logistic models have no CR2.
func (a *analysis) chooseVariance() {
	switch {
	case a.clusters == nil && a.pairs == nil:
		a.model.Variance = stats.HC3
	case a.clusters == nil:
		a.model.Variance, a.model.Clusters = stats.CR1S, [][]int{a.pairs}
	case a.pairs != nil && !nested(a.pairs, a.clusters):
		a.model.Variance, a.model.Clusters = stats.CR1S, [][]int{a.clusters, a.pairs}
	case a.binary:
		a.model.Variance, a.model.Clusters = stats.CR1S, [][]int{a.clusters}
	default:
		a.model.Variance, a.model.Clusters = stats.CR2, [][]int{a.clusters}
	}
}

// reference sets the distribution of an estimate: the normal one, as MatchIt's
// guide has it, unless named clusters, which may be few, ask for Student's.
func (a *analysis) reference(e stats.Estimate) stats.Estimate {
	if a.clusters == nil {
		return e.Normal()
	}
	return e
}

// nested reports whether each pair lies within one cluster.
func nested(pairs, clusters []int) bool {
	of := make(map[int]int)
	for i, p := range pairs {
		if c, seen := of[p]; seen && c != clusters[i] {
			return false
		}
		of[p] = clusters[i]
	}
	return true
}

// clusterCount returns the number of clusters of the clustering with fewest; 0
// if there is none.
func clusterCount(clusterings [][]int) int {
	fewest := 0
	for k, codes := range clusterings {
		n := distinct(codes)
		if k == 0 || n < fewest {
			fewest = n
		}
	}
	return fewest
}

func distinct(codes []int) int {
	sorted := slices.Clone(codes)
	slices.Sort(sorted)
	return len(slices.Compact(sorted))
}
