// Package access lets the clients of all doors in. It turns what a client
// shows, a token or an issuer's word, into a session at the gateway, and asks
// again before each statement whether that still holds: a token that is
// revoked, or a principal who has left or changed, changes the very next
// statement.
//
// It decides nothing about data, speaks no protocol, and never says why a
// credential opens nothing.
package access

import (
	"context"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// Tokens are the secrets of a home. Package identity's store has them.
type Tokens interface {
	Bearer(ctx context.Context, secret string) (identity.Token, error)
	Scram(ctx context.Context, principal string) (identity.Challenge, error)
	Usable(ctx context.Context, id string) error
}

// Directory says who may ask, as of now.
type Directory interface {
	Directory(ctx context.Context) *identity.Directory
}

// Gateway opens sessions.
type Gateway interface {
	Open(ctx context.Context, r policy.Request) (*gateway.Session, error)
}

// Issuer verifies what another system says of a client, such as an OIDC
// provider's signed token. It reports false for a text that is not of its kind.
type Issuer interface {
	Verify(ctx context.Context, secret string) (c Credential, mine bool, err error)
}

// Config is what a desk works with.
type Config struct {
	Tokens    Tokens
	Issuer    Issuer // nil: tokens alone
	Directory Directory
	Staff     identity.Resolver
	Gateway   Gateway
	Now       func() time.Time
}

// Desk is where clients of all doors show who they are. It is safe for
// concurrent use.
type Desk struct {
	Config
	failures *failures
	visits   *visits
}

// New returns a desk.
func New(c Config) *Desk { return &Desk{Config: c, failures: newFailures(c.Now), visits: newVisits()} }

// Credential is what a client has proved. Its zero value proves nothing.
type Credential struct {
	Principal string
	Purpose   policy.Purpose // empty: the client says
	Agreement string         // empty: none, or the client says
	Token     string         // public id of the token; empty: an issuer's word
	Client    string         // address that it came from
	Expires   time.Time
}

// Bearer returns the credential of a secret. For one that opens nothing the
// error has the code [policy.Denied] and does not say why. Client is the
// address that the request came from, without its port; an address with many
// failures is refused for a while, with [policy.Busy].
func (d *Desk) Bearer(ctx context.Context, client, secret string) (Credential, error) {
	if err := d.failures.check(client); err != nil {
		return Credential{}, err
	}
	c, err := d.verify(ctx, secret)
	if policy.CodeOf(err) == policy.Denied {
		d.failures.add(client)
	}
	c.Client = client
	return c, err
}

func (d *Desk) verify(ctx context.Context, secret string) (Credential, error) {
	if d.Issuer != nil {
		if c, mine, err := d.Issuer.Verify(ctx, secret); mine || err != nil {
			return c, err
		}
	}
	t, err := d.Tokens.Bearer(ctx, secret)
	if err != nil {
		return Credential{}, err
	}
	return ofToken(t), nil
}

func ofToken(t identity.Token) Credential {
	return Credential{Principal: t.Principal, Purpose: t.Purpose, Agreement: t.Agreement, Token: t.ID, Expires: t.Expires}
}

// Exchange is a SCRAM-SHA-256 exchange that has begun. Nothing in it tells
// whether its principal exists.
type Exchange struct {
	Salt       []byte
	Iterations int

	desk      *Desk
	client    string
	challenge identity.Challenge
}

// Scram begins an exchange with a client that names a principal.
func (d *Desk) Scram(ctx context.Context, client, principal string) (Exchange, error) {
	if err := d.failures.check(client); err != nil {
		return Exchange{}, err
	}
	ch, err := d.Tokens.Scram(ctx, principal)
	return Exchange{Salt: ch.Salt, Iterations: ch.Iterations, desk: d, client: client, challenge: ch}, err
}

// Verify checks RFC 5802's ClientProof over its AuthMessage and returns what
// the client has proved, with the ServerSignature that answers it.
func (e Exchange) Verify(message, proof []byte) (c Credential, serverSignature []byte, ok bool) {
	t, signature, ok := e.challenge.Verify(message, proof)
	if !ok {
		e.desk.failures.add(e.client)
		return Credential{}, nil, false
	}
	c = ofToken(t)
	c.Client = e.client
	return c, signature, true
}
