package oidc

import (
	"errors"
	"regexp"
	"slices"
)

// Rule says which principal a claim means: by a table of values, or by a
// pattern with the principal made from its parts. A claim that is a list counts
// with each of its values.
type Rule struct {
	Claim     string            `yaml:"claim"`
	Table     map[string]string `yaml:"table"`     // principals by value
	Match     string            `yaml:"match"`     // RE2, which must match the whole value
	Principal string            `yaml:"principal"` // such as $1, the first part in parentheses
}

// emailClaim counts only if the issuer has verified it: whoever can type any
// address could be anybody.
const emailClaim = "email"

// rule is a Rule, ready to be applied.
type rule struct {
	Rule
	pattern *regexp.Regexp // nil: a table
}

func (c Config) rules() []rule {
	out := make([]rule, len(c.Principals))
	for i, r := range c.Principals {
		out[i].Rule = r
		if r.Match != "" {
			out[i].pattern = regexp.MustCompile(whole(r.Match))
		}
	}
	return out
}

// whole makes a pattern match from beginning to end.
func whole(pattern string) string { return `\A(?:` + pattern + `)\z` }

// principals returns whom the rule finds in the claims, each once.
func (r rule) principals(all claims) []string {
	if r.Claim == emailClaim && !all.verified() {
		return nil
	}
	var found []string
	for _, value := range all.texts(r.Claim) {
		id := r.Table[value]
		if r.pattern != nil {
			if parts := r.pattern.FindStringSubmatchIndex(value); parts != nil {
				id = string(r.pattern.ExpandString(nil, r.Principal, value, parts))
			}
		}
		if id != "" && !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	return found
}

// principal returns whom the first rule that finds anybody finds.
func principal(rules []rule, all claims) (string, error) {
	for _, r := range rules {
		found := r.principals(all)
		if len(found) == 0 {
			continue
		}
		if len(found) > 1 {
			return "", errors.New("a rule finds two principals in it")
		}
		return found[0], nil
	}
	return "", errors.New("no rule finds a principal in it")
}
