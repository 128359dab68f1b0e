package oidc_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity/oidc"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	who, mine, err := w.verifier.Verify(t.Context(), sign(t, w.key, nil, w.claims(nil)))
	if err != nil || !mine || who.Principal != "m.larch" || !who.Expires.Equal(w.Now().Add(time.Hour+time.Minute)) {
		t.Errorf("got %+v, %v, %v", who, mine, err)
	}
	for _, text := range []string{"", "weir_abcdefgh_0123", "a.b.c", "eyJhbGciOiJub25lIn0"} {
		if _, mine, err := w.verifier.Verify(t.Context(), text); mine || err != nil {
			t.Errorf("%q: got %v, %v", text, mine, err)
		}
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *oidc.Config) { c.Require = map[string][]string{"tenant": {"north", "south"}} })
	ec, encrypting, stranger := ecKey(t, "two"), rsaKey(t, "enc"), rsaKey(t, "one")
	encrypting.Use = "enc"
	w.publish(w.key, ec, encrypting)
	good := map[string]any{"tenant": "north"}
	with := func(name string, value any) map[string]any {
		return w.claims(map[string]any{"tenant": "north", name: value})
	}
	at := func(d time.Duration) int64 { return w.Now().Add(d).Unix() }

	public, err := x509.MarshalPKIXPublicKey(w.key.Public().Key)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	as := func(key jose.JSONWebKey, id, algorithm string) jose.JSONWebKey {
		key.KeyID, key.Algorithm = id, algorithm
		return key
	}

	for name, token := range map[string]string{
		"algorithm none":                    unsigned(t, w.claims(good)),
		"HMAC with the public key":          sign(t, jose.JSONWebKey{Key: text, KeyID: "one", Algorithm: "HS256"}, nil, w.claims(good)),
		"algorithm that is not allowed":     sign(t, as(w.key, "one", "RS512"), nil, w.claims(good)),
		"key of somebody else":              sign(t, stranger, nil, w.claims(good)),
		"key id of another key":             sign(t, as(w.key, "two", "RS256"), nil, w.claims(good)),
		"key id that nobody has":            sign(t, as(w.key, "../keys", "RS256"), nil, w.claims(good)),
		"key for encryption":                sign(t, encrypting, nil, w.claims(good)),
		"key in the token's own header":     sign(t, stranger, map[string]any{"jwk": stranger.Public()}, w.claims(good)),
		"key address in the token's header": sign(t, stranger, map[string]any{"jku": "https://example.org/keys"}, w.claims(good)),
		"critical header":                   sign(t, w.key, map[string]any{"crit": []string{"exp"}, "exp": 1}, w.claims(good)),
		"logout token":                      sign(t, w.key, map[string]any{"typ": "logout+jwt"}, w.claims(good)),
		"other issuer":                      sign(t, w.key, nil, with("iss", "https://example.org")),
		"no issuer":                         sign(t, w.key, nil, with("iss", nil)),
		"other audience":                    sign(t, w.key, nil, with("aud", "grafana")),
		"no audience":                       sign(t, w.key, nil, with("aud", nil)),
		"expired":                           sign(t, w.key, nil, with("exp", at(-time.Minute))),
		"never expires":                     sign(t, w.key, nil, with("exp", nil)),
		"expiry that is a text":             sign(t, w.key, nil, with("exp", "2999-01-01")),
		"not yet valid":                     sign(t, w.key, nil, with("nbf", at(2*time.Minute))),
		"not valid at a time that is none":  sign(t, w.key, nil, with("nbf", true)),
		"made in the future":                sign(t, w.key, nil, with("iat", at(2*time.Minute))),
		"subject that no rule knows":        sign(t, w.key, nil, with("sub", "s-3")),
		"no subject":                        sign(t, w.key, nil, with("sub", nil)),
		"subject in an object":              sign(t, w.key, nil, with("sub", map[string]any{"s-1": "s-1"})),
		"two subjects":                      sign(t, w.key, nil, with("sub", []string{"s-1", "s-2"})),
		"required claim with other value":   sign(t, w.key, nil, with("tenant", "west")),
		"without the required claim":        sign(t, w.key, nil, w.claims(nil)),
		"too long":                          sign(t, w.key, nil, with("groups", strings.Repeat("x", 16<<10))),
	} {
		_, mine, err := w.verifier.Verify(t.Context(), token)
		if !mine || policy.CodeOf(err) != policy.Denied || err.Error() != "the token is not valid: it is unknown, revoked or expired" {
			t.Errorf("%s: got %v, %v", name, mine, err)
		}
	}
	cut := sign(t, w.key, nil, w.claims(good))
	for _, token := range []string{cut[:len(cut)-4] + "AAAA", cut + "=", "eyJ" + cut, cut[:strings.LastIndex(cut, ".")+1]} {
		if _, _, err := w.verifier.Verify(t.Context(), token); policy.CodeOf(err) != policy.Denied {
			t.Errorf("a token with a damaged signature: got %v", err)
		}
	}
	for name, token := range map[string]string{
		"RS256":                     sign(t, w.key, nil, w.claims(good)),
		"ES256":                     sign(t, ec, nil, w.claims(good)),
		"access token":              sign(t, w.key, map[string]any{"typ": "at+jwt"}, w.claims(good)),
		"several audiences":         sign(t, w.key, nil, with("aud", []string{"grafana", "weir"})),
		"expired within the skew":   sign(t, w.key, nil, with("exp", at(-time.Minute+time.Second))),
		"of a time within the skew": sign(t, w.key, nil, with("nbf", at(time.Minute))),
		"list with a required one":  sign(t, w.key, nil, with("tenant", []string{"west", "south"})),
	} {
		if who, _, err := w.verifier.Verify(t.Context(), token); err != nil || who.Principal != "m.larch" {
			t.Errorf("%s: got %+v, %v", name, who, err)
		}
	}
}

// unsigned is a token with the algorithm none, which no signer makes.
func unsigned(t *testing.T, claims any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload) + "."
}

func TestRules(t *testing.T) {
	t.Parallel()
	table := map[string]string{"dashboards": "grafana", "boards": "grafana", "auditors": "officer"}
	w := newWorld(t, func(c *oidc.Config) {
		c.Principals = []oidc.Rule{
			{Claim: "oid", Table: map[string]string{"90071992547409931": "by.number"}},
			{Claim: "email", Match: `([a-z.]+)@district\.example`, Principal: "$1"},
			{Claim: "groups", Table: table},
		}
	})
	for name, tt := range map[string]struct {
		claims map[string]any
		want   string // empty: refused
	}{
		"template":                    {map[string]any{"email": "m.larch@district.example", "email_verified": true}, "m.larch"},
		"verified in words":           {map[string]any{"email": "m.larch@district.example", "email_verified": "true"}, "m.larch"},
		"address that is not checked": {map[string]any{"email": "m.larch@district.example"}, ""},
		"address that is not true":    {map[string]any{"email": "m.larch@district.example", "email_verified": false}, ""},
		"pattern is the whole":        {map[string]any{"email": "m.larch@district.example.org", "email_verified": true}, ""},
		"pattern is one line":         {map[string]any{"email": "x\nm.larch@district.example", "email_verified": true}, ""},
		"group":                       {map[string]any{"groups": []string{"staff", "dashboards"}}, "grafana"},
		"two groups of one":           {map[string]any{"groups": []string{"boards", "dashboards"}}, "grafana"},
		"two groups of two":           {map[string]any{"groups": []string{"auditors", "dashboards"}}, ""},
		"first rule decides":          {map[string]any{"oid": json.Number("90071992547409931"), "groups": []string{"auditors"}}, "by.number"},
		"number with other digits":    {map[string]any{"oid": json.Number("90071992547409932")}, ""},
		"roles are not looked at":     {map[string]any{"roles": []string{"privacy_officer"}}, ""},
	} {
		who, _, err := w.verifier.Verify(t.Context(), sign(t, w.key, nil, w.claims(tt.claims)))
		if who.Principal != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: got %+v, %v", name, who, err)
		}
	}
}

func TestKeysChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	verify := func(key jose.JSONWebKey) error {
		_, _, err := w.verifier.Verify(t.Context(), sign(t, key, nil, w.claims(nil)))
		return err
	}
	next := ecKey(t, "two")
	if err := verify(w.key); err != nil {
		t.Fatal(err)
	}
	w.publish(w.key, next)
	if err := verify(next); policy.CodeOf(err) != policy.Denied {
		t.Errorf("the keys were read twice at once: %v", err)
	}
	w.pass(11 * time.Second)
	if err := verify(next); err != nil {
		t.Errorf("a new key is not taken up: %v", err)
	}
	w.publish(next)
	if err := verify(w.key); err != nil {
		t.Errorf("the keys are not kept: %v", err)
	}
	w.pass(time.Hour)
	if err := verify(w.key); policy.CodeOf(err) != policy.Denied {
		t.Errorf("a key that was withdrawn an hour ago still opens: %v", err)
	}
	stranger := rsaKey(t, "three")
	for range 50 {
		_ = verify(stranger)
	}
	w.set(func() {
		if w.reads > 4 {
			t.Errorf("unknown keys made it read the issuer's %d times", w.reads)
		}
	})
}

func TestIssuerIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	verify := func() error {
		_, mine, err := w.verifier.Verify(t.Context(), sign(t, w.key, nil, w.claims(nil)))
		if !mine {
			t.Error("a token of the issuer is taken for a token of ours")
		}
		return err
	}
	w.set(func() { w.away = true })
	if err := verify(); policy.CodeOf(err) != policy.Failed {
		t.Errorf("without keys: got %v", err)
	}
	w.set(func() { w.away = false })
	w.pass(11 * time.Second)
	if err := verify(); err != nil {
		t.Fatalf("the issuer is back: %v", err)
	}
	w.set(func() { w.away = true })
	w.pass(23 * time.Hour)
	if err := verify(); err != nil {
		t.Errorf("with keys of the day: %v", err)
	}
	w.pass(2 * time.Hour)
	if err := verify(); policy.CodeOf(err) != policy.Failed {
		t.Errorf("with keys of yesterday: got %v", err)
	}
}

func TestACallerThatLeavesDoesNotWaitForTheIssuer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := w.verifier.Verify(ctx, sign(t, w.key, nil, w.claims(nil))); err == nil {
		t.Error("a token was verified without keys")
	}
}
