package oidc_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
	"github.com/weir-warehouse/weir/policy/identity/oidc"
)

func load(t *testing.T, text string) (oidc.Config, bool, error) {
	t.Helper()
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, oidc.File), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return oidc.Load(home)
}

func TestLoad(t *testing.T) {
	t.Parallel()
	if _, ok, err := oidc.Load(t.TempDir()); ok || err != nil {
		t.Errorf("no file: got %v, %v", ok, err)
	}
	c, ok, err := load(t, `
issuer: https://login.example.org
audience: weir
algorithms: [ES256]
clock_skew: 30s
require:
  tenant: [north]
principals:
  - claim: sub
    table: {"248289761001": m.larch}
  - claim: email
    match: '([a-z.]+)@district\.example'
    principal: $1
`)
	if err != nil || !ok || c.Skew != 30*time.Second || c.Principals[0].Table["248289761001"] != "m.larch" || c.Principals[1].Principal != "$1" {
		t.Errorf("got %+v, %v, %v", c, ok, err)
	}
	c, _, err = load(t, "issuer: http://127.0.0.1:5556\naudience: weir\nprincipals: [{claim: sub, table: {a: b}}]\n")
	if err != nil || strings.Join(c.Algorithms, " ") != "RS256 ES256" || c.Skew != 0 {
		t.Errorf("defaults: got %+v, %v", c, err)
	}
}

func TestFaultsAreNamed(t *testing.T) {
	t.Parallel()
	const good = "issuer: https://login.example.org\naudience: weir\nprincipals: [{claim: sub, table: {a: b}}]\n"
	for text, want := range map[string]string{
		"issuer: [":              `oidc.yaml:1: `,
		good + "roles: []\n":     `oidc.yaml:4: unknown field "roles"`,
		good + "clock_skew: 1\n": `oidc.yaml:4: `,
		"# nothing\n":            "oidc.yaml: audience: is missing",
		strings.Replace(good, "https", "http", 1):                                                            `oidc.yaml:1: issuer: "http://login.example.org": is not an https address`,
		strings.Replace(good, "weir", `""`, 1):                                                               `oidc.yaml:2: audience: is missing`,
		good + "algorithms: [RS256, HS256]\n":                                                                `oidc.yaml:4: algorithms: "HS256": cannot be allowed`,
		good + "algorithms: [none]\n":                                                                        `"none": cannot be allowed`,
		good + "clock_skew: 1h\n":                                                                            `oidc.yaml:4: clock_skew: "1h0m0s": is not a time from 0s to 5m0s`,
		good + "require:\n  tenant: []\n":                                                                    `oidc.yaml:5: require.tenant: has no values`,
		"issuer: https://a.b\naudience: weir\n":                                                              `oidc.yaml: principals: is missing`,
		"issuer: https://a.b\naudience: weir\nprincipals:\n  - {claim: sub}\n":                               `oidc.yaml:4: principals[0]: needs either`,
		"issuer: https://a.b\naudience: weir\nprincipals:\n  - {table: {a: b}}\n":                            `oidc.yaml:4: principals[0].claim: is missing`,
		"issuer: https://a.b\naudience: weir\nprincipals:\n  - {claim: sub, match: a}\n":                     `principals[0]: needs either`,
		"issuer: https://a.b\naudience: weir\nprincipals:\n  - {claim: sub, match: '(', principal: b}\n":     `oidc.yaml:4: principals[0].match: "(": is no regular`,
		"issuer: https://a.b\naudience: weir\nprincipals:\n  - {claim: sub, match: 'a)|(b', principal: b}\n": `is no regular expression`,
	} {
		_, ok, err := load(t, text)
		if _, problems := errors.AsType[identity.Problems](err); ok || !problems || policy.CodeOf(err) != policy.Usage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot %v\nwant %s", text, err, want)
		}
	}
}
