package main

import (
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/weir-warehouse/weir/metrics/match"
	"github.com/weir-warehouse/weir/policy"
)

// matchSpec is the flags that say how to match, as they are written. Their
// names are MatchIt's, with - for its . and _.
type matchSpec struct {
	match.Spec

	calipers    []string
	standardize []bool
	subclass    []float64
	cutpoints   []string
	grouping    []string
}

func (m *matchSpec) flags(flags *pflag.FlagSet) {
	word := func(p *string, name, fallback, usage string) { flags.StringVar(p, name, fallback, usage) }
	word(&m.Formula, "formula", "", "treatment ~ covariates, in R's notation")
	word((*string)(&m.Method), "method", "nearest", "nearest, optimal, full, exact, cem, subclass, ebal (entropy balancing) or ipw")
	word((*string)(&m.Estimand), "estimand", "ATT", "whose effect: ATT, ATC or ATE")
	word((*string)(&m.Distance), "distance", "glm", "glm (propensity score), mahalanobis, robust_mahalanobis, scaled_euclidean, euclidean or column:NAME")
	word(&m.Link, "link", "logit", "of the propensity model: logit, probit, cloglog, cauchit, log or identity, each also as linear.logit …")
	flags.Float64Var(&m.Ridge, "ridge", 0, "penalty of the propensity model")
	word(&m.Exact, "exact", "", "variables that must be equal within a pair, as 'race, married'")
	word(&m.AntiExact, "antiexact", "", "variables that must differ within a pair")
	word(&m.Within, "within", "", "column of clusters inside which matches are looked for first")
	word(&m.Mahvars, "mahvars", "", "variables of a Mahalanobis distance, beside a score for calipers")
	flags.StringSliceVar(&m.calipers, "caliper", nil, "greatest distance within a pair: of the score, as 0.2, or of a variable, as age=5; a negative one is the least")
	flags.BoolSliceVar(&m.standardize, "std-caliper", []bool{true}, "whether calipers are in standard deviations: once, or for each")
	word((*string)(&m.Discard), "discard", "none", "set aside units outside common support: none, treated, control or both")
	flags.BoolVar(&m.Reestimate, "reestimate", false, "fit the propensity model again without discarded units")
	word(&m.Weights, "s-weights", "", "column of sampling weights")
	flags.Float64Var(&m.Ratio, "ratio", 1, "comparison units for each treated unit")
	flags.Float64Var(&m.MinControls, "min-controls", 0, "least ratio, if it varies")
	flags.Float64Var(&m.MaxControls, "max-controls", 0, "greatest ratio, if it varies")
	flags.BoolVar(&m.Replace, "replace", false, "let a comparison unit serve any number of times")
	flags.IntVar(&m.ReuseMax, "reuse-max", 0, "how often a comparison unit can serve (default once)")
	word((*string)(&m.Order), "m-order", "", "who is matched first: largest, smallest, data, random, closest or farthest")
	flags.Uint64Var(&m.Seed, "seed", 0, "number that decides the order random")
	flags.Float64SliceVar(&m.subclass, "subclass", []float64{6}, "number of subclasses, or the score's quantiles between them")
	flags.IntVar(&m.MinN, "min-n", 1, "least units of each arm in a subclass; 0 leaves them as they are")
	flags.StringArrayVar(&m.cutpoints, "cutpoints", nil, "of cem: a rule (sturges, fd, scott, q4), a number of bins or cuts, as 'age=4' or 'educ=8.5,11.5'; may be repeated")
	flags.StringArrayVar(&m.grouping, "grouping", nil, "of cem: values taken for one, as 'race=white,hispan|black'; may be repeated")
	flags.BoolVar(&m.K2K, "k2k", false, "of cem: prune strata to pairs")
	word((*string)(&m.K2KDistance), "k2k-method", "mahalanobis", "distance by which k2k pairs")
	flags.IntVar(&m.Moments, "moments", 1, "of ebal: moments to balance, 1 to 3")
}

// spec turns the flags into a specification.
func (m *matchSpec) spec(flags *pflag.FlagSet) (match.Spec, error) {
	s := m.Spec
	var err error
	if s.Calipers, err = m.parseCalipers(); err != nil {
		return s, err
	}
	if s.Cutpoints, err = parseCutpoints(m.cutpoints); err != nil {
		return s, err
	}
	if s.Grouping, err = parseGrouping(m.grouping); err != nil {
		return s, err
	}
	if len(m.subclass) == 1 && m.subclass[0] >= 1 {
		s.Subclasses = int(m.subclass[0])
		if float64(s.Subclasses) != m.subclass[0] {
			return s, policy.Errorf(policy.Usage, "--subclass %v is neither a whole number of subclasses nor quantiles from 0 to 1", m.subclass[0])
		}
	} else {
		s.Quantiles = m.subclass
	}
	if flags.Changed("min-n") && m.MinN == 0 {
		s.MinN = -1
	}
	return s, nil
}

// parseCalipers reads widths such as 0.2 and age=5.
func (m *matchSpec) parseCalipers() ([]match.Caliper, error) {
	if n := len(m.standardize); n != 1 && n != len(m.calipers) {
		return nil, policy.Errorf(policy.Usage, "--std-caliper has %d values for %d calipers; give one, or one for each", n, len(m.calipers))
	}
	var out []match.Caliper
	for i, text := range m.calipers {
		variable, width, named := cutLast(text)
		if !named {
			variable, width = "", text
		}
		w, err := strconv.ParseFloat(width, 64)
		if err != nil {
			return nil, policy.Errorf(policy.Usage, "--caliper %q is not a width such as 0.2, or a variable and its width such as age=5", text)
		}
		out = append(out, match.Caliper{Variable: variable, Width: w, Raw: !m.standardize[i%len(m.standardize)]})
	}
	return out, nil
}

// cutLast cuts at the last =, since an expression may hold others.
func cutLast(text string) (before, after string, found bool) {
	i := strings.LastIndexByte(text, '=')
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

// parseCutpoints reads how each variable is coarsened. What names no variable
// is for all.
func parseCutpoints(texts []string) (match.Cutpoints, error) {
	if texts == nil {
		return nil, nil //nolint:nilnil // none were given
	}
	out := match.Cutpoints{}
	for _, text := range texts {
		variable, how, named := cutLast(text)
		if !named {
			variable, how = "", text
		}
		if _, twice := out[variable]; twice {
			return nil, policy.Errorf(policy.Usage, "--cutpoints says twice how to coarsen %q", variable)
		}
		bins, err := parseBins(how)
		if err != nil {
			return nil, policy.Errorf(policy.Usage, "--cutpoints %q: %w", text, err)
		}
		out[variable] = bins
	}
	return out, nil
}

// parseBins reads a rule, a number of bins (0: the values as they are, as in
// MatchIt), or two or more cuts.
func parseBins(how string) (match.Bins, error) {
	parts := strings.Split(how, ",")
	numbers := make([]float64, len(parts))
	for i, part := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil && len(parts) == 1 {
			return match.Bins{Rule: how}, nil
		}
		if err != nil {
			return match.Bins{}, policy.Errorf(policy.Usage, "cut %q is not a number", part)
		}
		numbers[i] = x
	}
	if len(parts) > 1 {
		return match.Bins{Cuts: numbers}, nil
	}
	count := int(numbers[0])
	if float64(count) != numbers[0] || count < 0 {
		return match.Bins{}, policy.Errorf(policy.Usage, "%v is not a whole number of bins; for cuts give two or more, separated by commas", numbers[0])
	}
	if count == 0 {
		count = -1
	}
	return match.Bins{Count: count}, nil
}

// parseGrouping reads which values of each variable count as one.
func parseGrouping(texts []string) (map[string][][]string, error) {
	if texts == nil {
		return nil, nil //nolint:nilnil // none were given
	}
	out := map[string][][]string{}
	for _, text := range texts {
		variable, groups, ok := strings.Cut(text, "=")
		if !ok || variable == "" {
			return nil, policy.Errorf(policy.Usage, "--grouping %q names no variable; write race=white,hispan|black", text)
		}
		for group := range strings.SplitSeq(groups, "|") {
			out[variable] = append(out[variable], strings.Split(group, ","))
		}
	}
	return out, nil
}
