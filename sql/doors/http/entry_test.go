package httpdoor_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity/oidc"
	"github.com/weir-warehouse/weir/sql/doors/access"
	httpdoor "github.com/weir-warehouse/weir/sql/doors/http"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	d := open(t)
	whoami := func(header map[string]string) request { return request{path: "/v1/whoami", header: header} }
	secret := d.Secret(policy.Coach)
	for name, value := range map[string]string{
		"none": "", "basic": "Basic " + secret, "empty": "Bearer ", "wrong": "Bearer " + secret + "x", "two": "Bearer " + secret + ", Bearer " + secret,
	} {
		got := d.send(whoami(map[string]string{"Authorization": value}))
		if p := decode[problem](t, got, http.StatusUnauthorized); p.Code != policy.Denied || got.header.Get("WWW-Authenticate") != `Bearer realm="weir"` {
			t.Errorf("%s: got %+v", name, p)
		}
	}
	if got := d.send(whoami(map[string]string{"Authorization": "bearer " + secret})); got.status != http.StatusOK {
		t.Errorf("got %d: %s", got.status, got.body)
	}
	d.refused(request{path: "/v1/whoami", role: policy.Coach, header: map[string]string{"Weir-Purpose": "research"}}, http.StatusForbidden, policy.Denied)
	d.refused(request{path: "/v1/whoami", role: policy.Coach, header: map[string]string{"Weir-Agreement": "growth-study"}}, http.StatusForbidden, policy.Denied)
	if log := d.log.String(); strings.Contains(log, secret) {
		t.Error("the log holds a secret")
	}
}

func TestATokenThatIsRevokedOpensNothingMore(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ask(policy.Coach, "SELECT 1")
	d.Revoke(policy.Coach)
	d.refused(request{path: "/v1/query", role: policy.Coach, body: statement("SELECT 1")}, http.StatusUnauthorized, policy.Denied)
}

func TestGuessing(t *testing.T) {
	t.Parallel()
	d := open(t)
	guess := request{path: "/v1/whoami", header: map[string]string{"Authorization": "Bearer weir_aaaaaaaa_x"}}
	for range 30 {
		if got := d.send(guess); got.status == http.StatusTooManyRequests {
			if got.header.Get("Retry-After") == "" {
				t.Error("it does not say when to come back")
			}
			return
		}
	}
	t.Error("nothing slows down who guesses")
}

// issuer adapts a verifier to the desk, as cmd/weir does.
type issuer struct{ *oidc.Verifier }

func (i issuer) Verify(ctx context.Context, secret string) (access.Credential, bool, error) {
	who, mine, err := i.Verifier.Verify(ctx, secret)
	return access.Credential{Principal: who.Principal, Expires: who.Expires}, mine, err
}

// TestOIDC signs people in with tokens of a real issuer.
func TestOIDC(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	idp := httptest.NewTLSServer(mux)
	t.Cleanup(idp.Close)
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": idp.URL, "jwks_uri": idp.URL + "/keys"})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
	})
	verifier, err := oidc.New(oidc.Config{
		Issuer: idp.URL, Audience: "weir",
		Principals: []oidc.Rule{{Claim: "sub", Match: `s-([a-z_]+)`, Principal: "$1"}},
	}, oidc.Options{Transport: idp.Client().Transport, Now: gatewaytest.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, func(c *httpdoor.Config) {
		desk := c.Desk.Config
		desk.Issuer = issuer{verifier}
		c.Desk = access.New(desk)
	})
	as := func(subject string, expires time.Duration, header map[string]string) request {
		text, err := jwt.Signed(signer).Claims(map[string]any{
			"iss": idp.URL, "aud": "weir", "sub": subject, "exp": gatewaytest.Now().Add(expires).Unix(),
		}).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{"Authorization": "Bearer " + text}
		maps.Copy(all, header)
		return request{path: "/v1/query", body: statement("SELECT count(*) FROM observation"), header: all}
	}
	evaluation := map[string]string{"Weir-Purpose": "evaluation"}
	if got := decode[answer](t, d.send(as("s-evaluator", time.Hour, evaluation)), http.StatusOK); string(got.Rows[0][0]) != "1" {
		t.Errorf("got %s", got.Rows)
	}
	research := map[string]string{"Weir-Purpose": "research", "Weir-Agreement": "growth-study"}
	q := as("s-researcher", time.Hour, research)
	q.body = statement("SELECT count(*) FROM survey_response")
	if got := d.send(q); got.status != http.StatusOK {
		t.Errorf("got %d: %s", got.status, got.body)
	}
	d.refused(as("s-evaluator", time.Hour, nil), http.StatusBadRequest, policy.Usage)
	d.refused(as("s-evaluator", time.Hour, research), http.StatusForbidden, policy.Denied)
	d.refused(as("s-nobody", time.Hour, evaluation), http.StatusForbidden, policy.Denied)
	d.refused(as("x-evaluator", time.Hour, evaluation), http.StatusUnauthorized, policy.Denied)
	d.refused(as("s-evaluator", -time.Minute, evaluation), http.StatusUnauthorized, policy.Denied)
	d.ask(policy.Evaluator, "SELECT 1") // tokens of our own go on working
}
