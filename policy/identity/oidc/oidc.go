// Package oidc lets people in who were signed in elsewhere. It verifies JSON
// Web Tokens of one configured issuer (OpenID Connect Core 1.0, RFC 7519, RFC
// 8725) and says which principal each is, by rules over its claims.
//
// A token never brings roles or purposes: what a principal may do stands in
// principals.yaml alone. A token that no rule matches, or that two principals
// match, is refused, and so is any while the issuer's keys are not known. It
// does not sign anybody in itself: it has no pages, cookies or secrets.
package oidc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	oidc3 "github.com/coreos/go-oidc/v3/oidc"

	"github.com/weir-warehouse/weir/policy"
)

const (
	longestToken  = 16 << 10 // bytes; issuers with many groups reach 8 KiB
	issuerTimeout = 10 * time.Second
)

// Options are what a verifier is given.
type Options struct {
	Transport http.RoundTripper // to the issuer; nil: the default one
	Now       func() time.Time
	Log       *slog.Logger
}

// Identity is who a token says its bearer is.
type Identity struct {
	Principal string
	Expires   time.Time // the token's own, with the clock skew that is allowed
}

// Verifier verifies an issuer's tokens. It is safe for concurrent use.
type Verifier struct {
	config   Config
	options  Options
	rules    []rule
	keys     *keys
	verifier *oidc3.IDTokenVerifier
}

// New returns a verifier for a valid configuration. It asks the issuer for its
// keys when the first token comes, so an issuer that is away keeps nothing from
// starting.
func New(c Config, o Options) (*Verifier, error) {
	c, err := c.checked()
	if err != nil {
		return nil, err
	}
	v := &Verifier{config: c, options: o, rules: c.rules()}
	client := &http.Client{Transport: o.Transport, Timeout: issuerTimeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return errors.New("the issuer redirects; configure the address that it redirects to")
	}}
	v.keys = newKeys(c, client, o)
	v.verifier = oidc3.NewVerifier(c.Issuer, v.keys, &oidc3.Config{
		ClientID: c.Audience, SupportedSigningAlgs: c.Algorithms, SkipExpiryCheck: true, // checkTimes does it, with the skew
	})
	return v, nil
}

// Verify returns who the bearer of a token is. It reports false for a text that
// is no JSON Web Token. A token that is not valid has the code
// [policy.Denied], whatever is wrong with it: the log says what. That the
// issuer's keys are not known has [policy.Failed].
func (v *Verifier) Verify(ctx context.Context, text string) (who Identity, mine bool, err error) {
	if !strings.HasPrefix(text, "eyJ") || strings.Count(text, ".") != 2 {
		return Identity{}, false, nil
	}
	if err := v.keys.ready(ctx); err != nil {
		return Identity{}, true, policy.Errorf(policy.Failed, "the keys of the token's issuer cannot be had, so it lets nobody in: %w", err)
	}
	if who, err = v.verify(ctx, text); err != nil {
		v.options.Log.WarnContext(ctx, "token of the issuer refused", "issuer", v.config.Issuer, "error", err)
		return Identity{}, true, policy.Errorf(policy.Denied, "the token is not valid: it is unknown, revoked or expired")
	}
	return who, true, nil
}

func (v *Verifier) verify(ctx context.Context, text string) (who Identity, err error) {
	if len(text) > longestToken {
		return who, fmt.Errorf("it has more than %d bytes", longestToken)
	}
	token, err := v.verifier.Verify(ctx, text)
	if err != nil {
		return who, err
	}
	var all claims
	if err := token.Claims(&all); err != nil {
		return who, err
	}
	expires, err := v.checkTimes(all)
	if err != nil {
		return who, err
	}
	for name, allowed := range v.config.Require {
		if !slices.ContainsFunc(all.texts(name), func(value string) bool { return slices.Contains(allowed, value) }) {
			return who, fmt.Errorf("its claim %s is none of those required", name)
		}
	}
	who.Expires = expires
	who.Principal, err = principal(v.rules, all)
	return who, err
}

// checkTimes compares the times of a token (RFC 7519, section 4.1) with the
// clock, and returns until when it is good.
func (v *Verifier) checkTimes(all claims) (time.Time, error) {
	now, skew := v.options.Now(), v.config.Skew
	expires, ok, err := all.time("exp")
	if err != nil {
		return expires, err
	}
	if !ok {
		return expires, errors.New("it does not say when it expires")
	}
	expires = expires.Add(skew)
	if !now.Before(expires) {
		return expires, errors.New("it has expired")
	}
	for _, name := range []string{"nbf", "iat"} {
		from, ok, err := all.time(name)
		if err != nil {
			return expires, err
		}
		if ok && now.Add(skew).Before(from) {
			return expires, fmt.Errorf("its time %s is still to come", name)
		}
	}
	return expires, nil
}
