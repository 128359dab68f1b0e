package identity

import (
	"cmp"
	"context"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

// Record puts an action on a token durably on the audit log. It fails with
// [policy.Busy] while another process has the log, and will record.
type Record func(ctx context.Context, t Token, a Action) error

// Options are what a store is given.
type Options struct {
	Now    func() time.Time
	Random io.Reader // for new tokens
	Record Record    // nil: always left to another process
}

// Store keeps the tokens of a home in tokens.json. It is safe for concurrent
// use, in any number of processes: a change by one is seen by all at their next
// question, so a revoked token is refused at once.
//
// An action and the note that it is to be recorded are one change of the file,
// and a token opens nothing until its making is on the audit log. The process
// that has the log records what others did; just after a crash, twice.
type Store struct {
	path    string
	options Options

	mu   sync.Mutex
	held *os.File    // the file that was read last; while it is open, no other file gets its inode
	seen os.FileInfo // of held, when it was read
	file tokenFile   // what it holds
}

// OpenTokens returns the token store of a home. The file need not exist yet.
func OpenTokens(home string, o Options) *Store {
	return &Store{path: filepath.Join(home, TokensFile), options: o}
}

// Close lets go of the file.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		return nil
	}
	err := s.held.Close()
	s.held = nil
	return err
}

// Draft is what a new token is to be.
type Draft struct {
	Principal   string
	Purpose     policy.Purpose
	Agreement   string // empty: none
	Description string
	Expires     time.Time
}

// Create makes a token. The secret is stored nowhere and cannot be had again.
// The token opens nothing while it is Unrecorded.
func (s *Store) Create(ctx context.Context, d Draft) (t Token, secret string, err error) {
	t, err = s.change(ctx, func(f *tokenFile) (id string, err error) {
		for id == "" || f.find(id) != nil {
			if id, secret, err = draw(s.options.Random); err != nil {
				return "", err
			}
		}
		v, err := newVerifier(secret, f.SCRAM, d.Principal)
		f.Tokens = append(f.Tokens, credential{
			Token: Token{
				ID: id, Principal: d.Principal, Purpose: d.Purpose, Agreement: d.Agreement, Description: d.Description,
				Created: s.now(), Expires: d.Expires.UTC().Truncate(time.Second), Unrecorded: []Action{Created},
			},
			SHA256: sha256.Sum256([]byte(secret)), SCRAM: v,
		})
		return id, err
	})
	return t, secret, err
}

// Revoke ends a token for good. To end one again changes nothing.
func (s *Store) Revoke(ctx context.Context, id string) (Token, error) {
	return s.change(ctx, func(f *tokenFile) (string, error) {
		c := f.find(id)
		if c == nil {
			return "", policy.Errorf(policy.NotFound, "there is no token %q; 'weir token list' lists them", id)
		}
		if c.Revoked.IsZero() {
			c.Revoked = s.now()
			c.Unrecorded = append(c.Unrecorded, Revoked)
		}
		return id, nil
	})
}

func (s *Store) now() time.Time { return s.options.Now().UTC().Truncate(time.Second) }

// List returns all tokens, those that have ended too, oldest first.
func (s *Store) List(ctx context.Context) ([]Token, error) {
	f, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	tokens := make([]Token, len(f.Tokens))
	for i, c := range f.Tokens {
		tokens[i] = c.Token
	}
	slices.SortStableFunc(tokens, func(a, b Token) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) })
	return tokens, nil
}

// Bearer returns the token that a secret opens. For one that opens nothing the
// error has the code [policy.Denied] and does not say why.
func (s *Store) Bearer(ctx context.Context, secret string) (Token, error) {
	f, err := s.current(ctx)
	if err != nil {
		return Token{}, err
	}
	c := f.find(idOf(secret))
	if c == nil {
		c = &credential{}
	}
	if !c.bears(secret) || !c.usable(s.options.Now()) {
		return Token{}, invalid()
	}
	return c.Token, nil
}

func invalid() error {
	return policy.Errorf(policy.Denied, "the token is not valid: it is unknown, revoked or expired")
}

// Usable reports whether a token, by its id, still opens what it opened. The
// error is that of Bearer.
func (s *Store) Usable(ctx context.Context, id string) error {
	f, err := s.current(ctx)
	if err != nil {
		return err
	}
	if c := f.find(id); c == nil || !c.usable(s.options.Now()) {
		return invalid()
	}
	return nil
}

// Scram begins a SCRAM-SHA-256 exchange with a client that names a principal,
// known or not.
func (s *Store) Scram(ctx context.Context, principal string) (Challenge, error) {
	f, err := s.current(ctx)
	if err == nil && f.SCRAM.Iterations == 0 { // no token was ever made here
		if _, err = s.change(ctx, func(*tokenFile) (string, error) { return "", nil }); err == nil {
			f, err = s.current(ctx)
		}
	}
	if err != nil {
		return Challenge{}, err
	}
	ch := Challenge{Salt: f.SCRAM.salt(principal), Iterations: f.SCRAM.Iterations}
	for _, c := range f.Tokens {
		if c.Principal == principal && c.usable(s.options.Now()) {
			ch.candidates = append(ch.candidates, c)
		}
	}
	return ch, nil
}

// Settle records what is not on the audit log yet. Every question of a store
// with a Record does so as well.
func (s *Store) Settle(ctx context.Context) error {
	_, err := s.current(ctx)
	return err
}
