package match

import (
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// scored reports whether the distance is one number for each unit.
func (d Distance) scored() bool {
	return d == Score || strings.HasPrefix(string(d), columnPrefix)
}

// column returns the name of the column that serves as the distance.
func (d Distance) column() (string, bool) { return strings.CutPrefix(string(d), columnPrefix) }

func (d Distance) known() bool {
	name, isColumn := d.column()
	return slices.Contains([]Distance{Score, Mahalanobis, RobustMahalanobis, ScaledEuclidean, Euclidean}, d) || isColumn && name != ""
}

// oneOf returns an error unless got is one of allowed, which it lists.
func oneOf[T ~string](field string, got T, allowed ...T) error {
	if slices.Contains(allowed, got) {
		return nil
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	return policy.Errorf(policy.Usage, "%s %q is not one of %s", field, got, strings.Join(names, ", "))
}

func orElse[T comparable](got, other T) T {
	var zero T
	if got == zero {
		return other
	}
	return got
}

// withDefaults fills in what the spec leaves open and refuses what is not a
// value or does not go together.
func (s Spec) withDefaults() (Spec, error) {
	s.Method = orElse(s.Method, Nearest)
	s.Estimand = Estimand(strings.ToUpper(string(orElse(s.Estimand, ATT))))
	s.Distance = orElse(s.Distance, Score)
	s.Link = orElse(s.Link, "logit")
	s.Discard = orElse(s.Discard, DiscardNone)
	s.Ratio = orElse(s.Ratio, 1)
	s.MinN = orElse(s.MinN, 1)
	s.Moments = orElse(s.Moments, 1)
	s.K2KDistance = orElse(s.K2KDistance, Mahalanobis)
	if s.ReuseMax == 0 {
		s.ReuseMax = 1
		if s.Replace {
			s.ReuseMax = unlimited
		}
	}
	s.Replace = s.ReuseMax > 1
	if s.Quantiles == nil {
		s.Subclasses = orElse(s.Subclasses, 6)
	}
	for _, err := range []error{
		oneOf("method", s.Method, Nearest, Exact, Coarsened, Subclass, Optimal, Full, Entropy, Weighting),
		oneOf("estimand", s.Estimand, ATT, ATC, ATE),
		oneOf("discard", s.Discard, DiscardNone, DiscardTreated, DiscardControl, DiscardBoth),
		s.checkDistance(), s.checkUse(), s.checkRatio(), s.checkStrata(),
	} {
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s Spec) checkDistance() error {
	switch {
	case !s.Distance.known():
		return policy.Errorf(policy.Usage, "distance %q is not one of glm, mahalanobis, robust_mahalanobis, scaled_euclidean, euclidean or column:NAME", s.Distance)
	case s.Mahvars != "" && !s.Distance.scored():
		return policy.Errorf(policy.Usage, "mahvars needs a score as the distance, for calipers; the distance %s already uses covariates", s.Distance)
	case s.Reestimate && s.Distance != Score:
		return policy.Errorf(policy.Usage, "reestimate needs the distance glm, not %s", s.Distance)
	case s.Discard != DiscardNone && !s.Distance.scored():
		return policy.Errorf(policy.Usage, "discard %s needs a score as the distance, not %s", s.Discard, s.Distance)
	case (s.Method == Subclass || s.Method == Weighting) && !s.Distance.scored():
		return policy.Errorf(policy.Usage, "method %s needs a score as the distance, not %s", s.Method, s.Distance)
	case s.Estimand == ATE && (s.Method == Nearest || s.Method == Optimal):
		return policy.Errorf(policy.Usage, "method %s pairs for the ATT or the ATC; for the ATE use full, subclass, exact, cem, ebal or ipw", s.Method)
	}
	return nil
}

// uses says which methods each option belongs to.
func (s Spec) uses() []option {
	paired := []Method{Nearest, Optimal, Full}
	return []option{
		{"exact", s.Exact != "", paired},
		{"antiexact", s.AntiExact != "", paired},
		{"mahvars", s.Mahvars != "", paired},
		{"calipers", len(s.Calipers) > 0, []Method{Nearest, Full}},
		{"within", s.Within != "", []Method{Nearest}},
		{"replace", s.ReuseMax > 1, []Method{Nearest}},
		{"m.order", s.Order != "", []Method{Nearest, Coarsened}},
		{"ratio", s.Ratio != 1, []Method{Nearest, Optimal}},
		{"min.controls", s.MinControls != 0, paired},
		{"max.controls", s.MaxControls != 0, paired},
		{"discard", s.Discard != DiscardNone, []Method{Nearest, Optimal, Full, Subclass, Weighting}},
		{"quantiles", s.Quantiles != nil, []Method{Subclass}},
		{"cutpoints", s.Cutpoints != nil, []Method{Coarsened}},
		{"grouping", s.Grouping != nil, []Method{Coarsened}},
		{"k2k", s.K2K, []Method{Coarsened}},
		{"moments", s.Moments != 1, []Method{Entropy}},
	}
}

type option struct {
	name    string
	set     bool
	methods []Method
}

func (s Spec) checkUse() error {
	for _, o := range s.uses() {
		if o.set && !slices.Contains(o.methods, s.Method) {
			return policy.Errorf(policy.Usage, "method %s cannot use %s", s.Method, o.name)
		}
	}
	return nil
}

// checkRatio checks how many units may share a match.
func (s Spec) checkRatio() error {
	whole := func(x float64) bool { return x == float64(int(x)) }
	variable := s.MaxControls != 0
	switch {
	case s.ReuseMax < 1:
		return policy.Errorf(policy.Usage, "reuse.max is %d; it must be at least 1", s.ReuseMax)
	case s.Method == Full && (s.MinControls < 0 || s.MaxControls < 0 || variable && s.MinControls > s.MaxControls):
		return policy.Errorf(policy.Usage, "min.controls %v and max.controls %v of full matching must be positive and in order", s.MinControls, s.MaxControls)
	case s.Method == Full:
		return nil
	case s.Ratio < 1, !variable && !whole(s.Ratio):
		return policy.Errorf(policy.Usage, "ratio is %v; without max.controls it must be a whole number from 1", s.Ratio)
	case !variable && s.MinControls != 0:
		return policy.Errorf(policy.Usage, "min.controls needs max.controls")
	case !variable:
		return nil
	case !whole(s.MaxControls) || !whole(s.MinControls) || s.MaxControls <= s.Ratio || s.Ratio == 1:
		return policy.Errorf(policy.Usage, "ratio is %v and max.controls %v; for a variable ratio the first must be above 1 and the second, a whole number, above it", s.Ratio, s.MaxControls)
	case s.MinControls < 0 || s.MinControls >= s.Ratio:
		return policy.Errorf(policy.Usage, "min.controls is %v; it must be below the ratio %v", s.MinControls, s.Ratio)
	case !s.Distance.scored() && s.Method == Nearest:
		return policy.Errorf(policy.Usage, "a variable ratio needs a score as the distance, not %s", s.Distance)
	}
	return nil
}

// checkStrata checks the options of stratifying and of balancing methods.
func (s Spec) checkStrata() error {
	outside := func(q float64) bool { return !(q >= 0 && q <= 1) }
	switch {
	case s.Quantiles == nil && s.Subclasses < 2:
		return policy.Errorf(policy.Usage, "%d subclasses; ask for at least 2", s.Subclasses)
	case slices.ContainsFunc(s.Quantiles, outside):
		return policy.Errorf(policy.Usage, "quantiles must be from 0 to 1")
	case s.Moments < 1 || s.Moments > 3:
		return policy.Errorf(policy.Usage, "moments is %d; it must be 1, 2 or 3", s.Moments)
	case s.K2K && (!s.K2KDistance.known() || s.K2KDistance.scored()):
		return policy.Errorf(policy.Usage, "k2k distance %q is not one of mahalanobis, robust_mahalanobis, scaled_euclidean, euclidean", s.K2KDistance)
	case s.K2K && s.Estimand == ATE:
		return policy.Errorf(policy.Usage, "k2k pairs for the ATT or the ATC, not the ATE")
	}
	return nil
}

// orderFor returns the order of service. Without a score there is none to go
// by, and with unlimited reuse no order matters.
func (s Spec) orderFor(scored bool, focal int) (Order, error) {
	switch {
	case !scored:
		order := orElse(s.Order, DataRow)
		return order, oneOf("m.order without a score", order, DataRow, Random, Closest, Farthest)
	case s.ReuseMax >= focal:
		return DataRow, nil
	case s.Order == "" && s.Estimand == ATC:
		return Smallest, nil
	}
	order := orElse(s.Order, Largest)
	return order, oneOf("m.order", order, Largest, Smallest, DataRow, Random, Closest, Farthest)
}
