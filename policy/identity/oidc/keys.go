package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	oidc3 "github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"
)

// How long keys count. An issuer withdraws a key by no longer listing it, so
// the list is read again; while the issuer is away, the last one serves on.
const (
	keysFresh  = time.Hour        // then they are read again
	keysUsable = 24 * time.Hour   // then they count no more
	keysPause  = 10 * time.Second // between two readings, whatever tokens come
)

const longestKeys = 1 << 20 // bytes

var errNoKeys = errors.New("the issuer gives no keys")

// keys are the issuer's public keys, as go-oidc's KeySet.
type keys struct {
	issuer     string
	algorithms []jose.SignatureAlgorithm
	client     *http.Client
	options    Options
	reading    singleflight.Group

	mu    sync.Mutex
	known []jose.JSONWebKey
	read  time.Time // when they were
	tried time.Time
}

func newKeys(c Config, client *http.Client, o Options) *keys {
	k := &keys{issuer: c.Issuer, client: client, options: o}
	for _, a := range c.Algorithms {
		k.algorithms = append(k.algorithms, jose.SignatureAlgorithm(a))
	}
	return k
}

// ready says why tokens cannot be verified now, if so.
func (k *keys) ready(ctx context.Context) error {
	_, err := k.current(ctx, keysFresh)
	return err
}

// VerifySignature returns the payload of a signed token. A key that is not
// known makes it read the list again.
func (k *keys) VerifySignature(ctx context.Context, text string) ([]byte, error) {
	token, err := jose.ParseSignedCompact(text, k.algorithms)
	if err != nil {
		return nil, err
	}
	if err := checkKind(token.Signatures[0].Header); err != nil {
		return nil, err
	}
	known, err := k.current(ctx, keysFresh)
	if err != nil {
		return nil, err
	}
	payload, ok := verified(token, known)
	if ok {
		return payload, nil
	}
	if known, err = k.current(ctx, 0); err != nil {
		return nil, err
	}
	if payload, ok = verified(token, known); ok {
		return payload, nil
	}
	return nil, errors.New("no key of the issuer has signed it")
}

// checkKind refuses tokens that say to be of a kind that lets nobody in, such
// as logout tokens (RFC 8725, section 3.11).
func checkKind(h jose.Header) error {
	kind, ok := h.ExtraHeaders[jose.HeaderType]
	if !ok {
		return nil
	}
	switch strings.TrimPrefix(strings.ToLower(fmt.Sprint(kind)), "application/") {
	case "jwt", "at+jwt":
		return nil
	}
	return errors.New("it is a token of another kind than JWT or at+jwt")
}

// verified tries the keys that a token can mean: those of its key id, if it has
// one, that are made for its algorithm.
func verified(token *jose.JSONWebSignature, known []jose.JSONWebKey) ([]byte, bool) {
	header := token.Signatures[0].Header
	for _, key := range known {
		if header.KeyID != "" && key.KeyID != header.KeyID || key.Algorithm != "" && key.Algorithm != header.Algorithm {
			continue
		}
		if payload, err := token.Verify(key.Key); err == nil {
			return payload, true
		}
	}
	return nil, false
}

// current returns the keys, read again if they are older than an age.
func (k *keys) current(ctx context.Context, age time.Duration) ([]jose.JSONWebKey, error) {
	now := k.options.Now()
	k.mu.Lock()
	known, read, tried := k.known, k.read, k.tried
	k.mu.Unlock()
	if now.Sub(read) >= age && now.Sub(tried) >= keysPause {
		done := k.reading.DoChan("", func() (any, error) { return nil, k.refresh(context.WithoutCancel(ctx), now) })
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case result := <-done:
			if result.Err != nil {
				k.options.Log.ErrorContext(ctx, "the issuer's keys cannot be read", "issuer", k.issuer, "error", result.Err)
			}
		}
		k.mu.Lock()
		known, read = k.known, k.read
		k.mu.Unlock()
	}
	if now.Sub(read) >= keysUsable {
		return nil, errNoKeys
	}
	return known, nil
}

func (k *keys) refresh(ctx context.Context, now time.Time) error {
	known, err := k.fetch(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tried = now
	if err != nil {
		return err
	}
	k.known, k.read = known, now
	return nil
}

// fetch reads the issuer's keys from where its discovery document says (OpenID
// Connect Discovery 1.0, section 4).
func (k *keys) fetch(ctx context.Context) (_ []jose.JSONWebKey, err error) {
	provider, err := oidc3.NewProvider(oidc3.ClientContext(ctx, k.client), k.issuer)
	if err != nil {
		return nil, err
	}
	var metadata struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&metadata); err != nil {
		return nil, err
	}
	if !secure(metadata.Keys) {
		return nil, errors.New("its jwks_uri is not an https address")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, metadata.Keys, http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := k.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("its keys are answered with status %d", answer.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, longestKeys))
	if err != nil {
		return nil, err
	}
	return parseKeys(text)
}

// parseKeys returns the public keys of a JSON Web Key Set that are for
// signatures. Keys of kinds that nobody here knows are left out, as RFC 7517,
// section 5, asks.
func parseKeys(text []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("its keys are no JSON Web Key Set: %w", err)
	}
	var out []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(raw) == nil && key.Valid() && key.IsPublic() && key.Use != "enc" {
			out = append(out, key)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("its key set has no key for signatures")
	}
	return out, nil
}
