package oidc

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/policy/identity"
)

// Config says whose tokens are believed, and who the people in them are. It
// stands in the home's oidc.yaml.
type Config struct {
	Issuer     string              `yaml:"issuer"`     // https address, exactly as the issuer's tokens give it
	Audience   string              `yaml:"audience"`   // what the issuer calls this warehouse
	Algorithms []string            `yaml:"algorithms"` // of signatures; default RS256 and ES256
	Skew       time.Duration       `yaml:"clock_skew"` // by which clocks may differ; default none
	Require    map[string][]string `yaml:"require"`    // claims, each with the values of which it must have one
	Principals []Rule              `yaml:"principals"` // the first one that finds anybody decides
}

const mostSkew = 5 * time.Minute

// algorithms lists the signatures that can be allowed: those whose key to
// verify cannot sign.
func algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

// checked returns the configuration with its defaults, or all that is wrong
// with it: [identity.Problems] without lines.
func (c Config) checked() (Config, error) {
	var found identity.Problems
	add := func(field, value, reason string, args ...any) {
		found = append(found, identity.Problem{File: File, Field: field, Value: value, Reason: fmt.Sprintf(reason, args...)})
	}
	if !secure(c.Issuer) {
		add("issuer", c.Issuer, "is not an https address")
	}
	if c.Audience == "" {
		add("audience", "", "is missing; without it a token for any other program would open this one")
	}
	for _, a := range c.Algorithms {
		if !slices.Contains(algorithms(), a) {
			add("algorithms", a, "cannot be allowed; use some of %s", strings.Join(algorithms(), ", "))
		}
	}
	if c.Skew < 0 || c.Skew > mostSkew {
		add("clock_skew", c.Skew.String(), "is not a time from 0s to %s", mostSkew)
	}
	for name, values := range c.Require {
		if len(values) == 0 {
			add("require."+name, "", "has no values; list those of which the claim must have one")
		}
	}
	if len(c.Principals) == 0 {
		add("principals", "", "is missing; without a rule no token is anybody's")
	}
	for i, r := range c.Principals {
		r.check(fmt.Sprintf("principals[%d]", i), add)
	}
	if len(found) > 0 {
		return c, found
	}
	if len(c.Algorithms) == 0 {
		c.Algorithms = []string{"RS256", "ES256"}
	}
	return c, nil
}

func (r Rule) check(at string, add func(field, value, reason string, args ...any)) {
	if r.Claim == "" {
		add(at+".claim", "", "is missing; name the claim that tells who it is, such as sub")
	}
	if (len(r.Table) > 0) == (r.Match != "") || (r.Match != "") != (r.Principal != "") {
		add(at, "", "needs either a table, or match and principal")
	}
	if _, err := regexp.Compile(r.Match); err != nil { // by itself, so that no parenthesis of it closes another
		add(at+".match", r.Match, "is no regular expression (RE2)")
	}
}

// secure reports whether an address is one that nobody on the way can answer
// for: https, or this machine.
func secure(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && net.ParseIP(u.Hostname()).IsLoopback()
}
