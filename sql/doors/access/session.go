package access

import (
	"context"
	"sync"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// Wish is what a client asks to work for. What is empty is as the credential
// says.
type Wish struct {
	Purpose   policy.Purpose
	Agreement string
}

// Session is a client that was let in. It is safe for concurrent use.
type Session struct {
	desk       *Desk
	credential Credential // with the purpose and the agreement that hold
	door       policy.Door

	mu        sync.Mutex
	inner     *gateway.Session
	directory *identity.Directory // by which inner was opened
	on        policy.Date         // the day on which it was
}

// Open lets a client in, for the purpose and under the agreement of its
// credential; what that leaves open, the wish says. A wish for something else,
// a principal who is not known and a purpose that policy refuses have the code
// [policy.Denied].
func (d *Desk) Open(ctx context.Context, c Credential, w Wish, door policy.Door) (*Session, error) {
	if c.Principal == "" {
		return nil, policy.Errorf(policy.Denied, "no credential was shown")
	}
	var err error
	if c.Purpose, err = settle("purpose", c.Purpose, w.Purpose); err != nil {
		return nil, err
	}
	if c.Agreement, err = settle("agreement", c.Agreement, w.Agreement); err != nil {
		return nil, err
	}
	if c.Purpose == "" {
		return nil, policy.Errorf(policy.Usage, "name the purpose for which you ask, such as %s", policy.Purposes()[0])
	}
	s := &Session{desk: d, credential: c, door: door}
	_, err = s.Current(ctx)
	return s, err
}

// settle returns the word that a credential and a client agree on.
func settle[T ~string](what string, given, wished T) (T, error) {
	switch {
	case wished == "" || wished == given:
		return given, nil
	case given == "":
		return wished, nil
	}
	return "", policy.Errorf(policy.Denied, "the token is for %s %s, not %s; use a token for that", what, given, wished)
}

// Principal is the id of who asks.
func (s *Session) Principal() string { return s.credential.Principal }

// Purpose is what the session is for.
func (s *Session) Purpose() policy.Purpose { return s.credential.Purpose }

// Agreement is the id of the agreement under which it is, or empty.
func (s *Session) Agreement() string { return s.credential.Agreement }

// Current returns the session at the gateway in which the next statement runs.
// A door asks for it before each statement: a credential that has ended is
// refused with [policy.Denied].
func (s *Session) Current(ctx context.Context) (*gateway.Session, error) {
	d, c, now := s.desk, s.credential, s.desk.Now()
	if !now.Before(c.Expires) {
		return nil, policy.Errorf(policy.Denied, "the credential has expired; log in again")
	}
	if c.Token != "" {
		if err := d.Tokens.Usable(ctx, c.Token); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	directory, on := d.Directory.Directory(ctx), policy.DateOf(now)
	if s.inner != nil && s.directory == directory && s.on == on {
		return s.inner, nil
	}
	request, err := directory.Request(ctx, d.Staff, c.Principal, c.Purpose, c.Agreement, s.door, now)
	if err != nil {
		return nil, err
	}
	request.Client = c.Client
	inner, err := d.Gateway.Open(ctx, request)
	if err != nil {
		return nil, err
	}
	s.inner, s.directory, s.on = inner, directory, on
	return inner, nil
}
