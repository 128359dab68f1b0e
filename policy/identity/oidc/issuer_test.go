package oidc_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/weir-warehouse/weir/policy/identity/oidc"
)

// issuer is a real one: it signs, and publishes its discovery document and its
// keys over TLS.
type issuer struct {
	*httptest.Server
	t *testing.T

	mu    sync.Mutex
	keys  jose.JSONWebKeySet
	away  bool
	reads int // of the keys
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{t: t}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		i.answer(w, map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys", "authorization_endpoint": i.URL + "/a", "token_endpoint": i.URL + "/t"})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		i.mu.Lock()
		i.reads++
		set := i.keys
		i.mu.Unlock()
		i.answer(w, set)
	})
	i.Server = httptest.NewTLSServer(mux)
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) answer(w http.ResponseWriter, body any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.away {
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		i.t.Error(err)
	}
}

// set changes the issuer while it serves.
func (i *issuer) set(f func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f()
}

func (i *issuer) publish(keys ...jose.JSONWebKey) {
	i.set(func() {
		i.keys.Keys = nil
		for _, k := range keys {
			if k.Use == "" {
				k.Use = "sig"
			}
			i.keys.Keys = append(i.keys.Keys, k.Public())
		}
	})
}

func rsaKey(t *testing.T, id string) jose.JSONWebKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: key, KeyID: id, Algorithm: "RS256"}
}

func ecKey(t *testing.T, id string) jose.JSONWebKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: key, KeyID: id, Algorithm: "ES256"}
}

// sign makes a token. The header's key id is the key's own, and its type JWT,
// unless headers say otherwise.
func sign(t *testing.T, key jose.JSONWebKey, headers map[string]any, claims any) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", key.KeyID)
	for name, value := range headers {
		options = options.WithHeader(jose.HeaderKey(name), value)
	}
	private, ok := key.Key.(crypto.Signer)
	var signing any = private
	if !ok {
		signing = key.Key // a secret, for HMAC
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: signing}, options)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is an issuer with one RSA key, and a verifier that believes it.
type world struct {
	*issuer
	*clock
	key      jose.JSONWebKey
	verifier *oidc.Verifier
}

func newWorld(t *testing.T, change func(*oidc.Config)) *world {
	t.Helper()
	w := &world{issuer: newIssuer(t), clock: newClock(), key: rsaKey(t, "one")}
	w.publish(w.key)
	c := oidc.Config{
		Issuer: w.URL, Audience: "weir", Skew: time.Minute,
		Principals: []oidc.Rule{{Claim: "sub", Table: map[string]string{"s-1": "m.larch", "s-2": "r.ash"}}},
	}
	if change != nil {
		change(&c)
	}
	var err error
	w.verifier, err = oidc.New(c, oidc.Options{Transport: w.Client().Transport, Now: w.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// claims are those of a token that is valid for an hour, with some of them
// changed; nil removes one.
func (w *world) claims(change map[string]any) map[string]any {
	now := w.Now()
	out := map[string]any{"iss": w.URL, "aud": "weir", "sub": "s-1", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
	for name, value := range change {
		out[name] = value
		if value == nil {
			delete(out, name)
		}
	}
	return out
}
