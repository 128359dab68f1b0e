package disclosure

import (
	"cmp"
	"fmt"
)

// Rule names what suppressed or banded a figure.
type Rule string

// The rules.
const (
	None          Rule = ""
	TooFewPeople  Rule = "people"
	TooFewGroups  Rule = "groups"
	TooFewFreedom Rule = "residual_df"
	NKDominance   Rule = "nk_dominance"
	PRatioRule    Rule = "p_ratio"
	NearEdge      Rule = "edge"          // a share at 0 % or 100 %, of a group that has no band
	Banded        Rule = "band"          // a share shown as "at least" or "at most"
	Complementary Rule = "complementary" // hidden so that another figure cannot be worked out
	Withheld      Rule = "withheld"      // one of TooFewPeople and Complementary, where telling which would tell too much
)

// Primary returns the rule by which a cell of the table is sensitive in itself,
// None if it is not. Rules that hide the number of people come first. Sources:
// handbook, sections 4.2.1 (minimum frequency) and 4.2.2 (dominance, p%);
// degrees of freedom and the p ratio as ACRO computes them.
func (t Thresholds) Primary(m Measure, c Cell) Rule {
	switch {
	case c.People < t.People && (c.People > 0 || t.ZerosDisclose):
		return TooFewPeople
	case c.People > 0 && c.Groups > 0 && c.Groups < t.Groups:
		return TooFewGroups
	case m.Kind == Estimates && c.ResidualDF < t.ResidualDF:
		return TooFewFreedom
	case m.Kind == Amounts:
		return t.concentrated(c)
	case m.Kind == Rates && c.People > 0:
		return t.edge(c.People, c.Count, c.People)
	case m.Kind == Shares && c.Of > 0:
		return t.edge(c.People, c.Count, c.Of)
	}
	return None
}

// contributions is how many of the largest the dominance rules ask for.
func (t Thresholds) contributions() int {
	most := t.Dominance.N
	if t.PRatio > 0 {
		most = max(most, 2)
	}
	return most
}

// unjudged says that a cell lacks what the dominance rules ask for.
func (t Thresholds) unjudged(m Measure, c Cell) bool {
	return m.Kind == Amounts && c.People > int64(len(c.Largest)) && len(c.Largest) < t.contributions()
}

// concentrated applies the dominance rules. A cell without contributions is not
// judged.
func (t Thresholds) concentrated(c Cell) Rule {
	if len(c.Largest) == 0 {
		return None
	}
	sum := float64(c.Amount)
	var top float64
	for _, v := range c.Largest[:min(t.Dominance.N, len(c.Largest))] {
		top += float64(v)
	}
	if t.Dominance.N > 0 && top > t.Dominance.K*sum {
		return NKDominance
	}
	rest, first := sum-float64(c.Largest[0]), float64(c.Largest[0])
	if len(c.Largest) > 1 {
		rest -= float64(c.Largest[1])
	}
	if first > 0 && rest < t.PRatio*first {
		return PRatioRule
	}
	return None
}

// edge judges the share that count is of a number, as it would be shown, from
// protected counts; the band is that of the people behind it.
func (t Thresholds) edge(people, count, of int64) Rule {
	if b, ok := band(t.Bands, t.Rounding.Round(people)); ok {
		if low, high := t.beyond(b, count, of); low || high {
			return Banded
		}
		return None
	}
	if shown := t.Rounding.Round(count); shown == 0 || shown >= t.Rounding.Round(of) {
		return NearEdge
	}
	return None
}

// beyond says whether a share is at the lower or upper edge of a band, from
// the counts as they are or as they would be shown: where only zero rounds to
// zero, the band would else tell zero.
func (t Thresholds) beyond(b Band, count, of int64) (low, high bool) {
	exact := float64(count) / float64(of)
	shown := float64(t.Rounding.Round(count)) / float64(t.Rounding.Round(of))
	return min(exact, shown) <= b.Edge, max(exact, shown) >= 1-b.Edge
}

// sentence tells a reader why a figure is not there.
func (t Thresholds) sentence(r Rule, person, group string) string {
	person, group = cmp.Or(person, "people"), cmp.Or(group, "groups")
	switch r {
	case TooFewPeople:
		return fmt.Sprintf("fewer than %d %s", t.People, person)
	case TooFewGroups:
		return fmt.Sprintf("fewer than %d %s", t.Groups, group)
	case TooFewFreedom:
		return fmt.Sprintf("fewer than %d residual degrees of freedom", t.ResidualDF)
	case NKDominance, PRatioRule:
		return "too much of the amount comes from one or two"
	case NearEdge:
		return "the share is too close to 0 % or 100 %"
	case Withheld:
		return fmt.Sprintf("fewer than %d %s, or withheld so that such a figure cannot be worked out", t.People, person)
	case Complementary:
		return "withheld so that a figure about a small group cannot be worked out from it"
	case Banded, None: // a share takes its place; nothing is missing
	}
	return ""
}
