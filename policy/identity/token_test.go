package identity_test

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/identity"
)

// clock is a time that a test moves.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// ledger stands for an audit log that this process has.
type ledger struct {
	mu      sync.Mutex
	entries []string
	broken  error
}

func (l *ledger) Record(_ context.Context, t identity.Token, a identity.Action) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken == nil {
		l.entries = append(l.entries, string(a)+" "+t.ID)
	}
	return l.broken
}

func start() *clock { return &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func open(t interface{ Cleanup(f func()) }, home string, c *clock, l *ledger) *identity.Store {
	o := identity.Options{Now: c.Now, Random: rand.Reader}
	if l != nil {
		o.Record = l.Record
	}
	s := identity.OpenTokens(home, o)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func draft(principal string, c *clock) identity.Draft {
	return identity.Draft{Principal: principal, Purpose: policy.Coaching, Description: "a test", Expires: c.now.Add(time.Hour)}
}

func create(t *testing.T, s *identity.Store, d identity.Draft) (identity.Token, string) {
	t.Helper()
	token, secret, err := s.Create(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return token, secret
}

func TestToken(t *testing.T) {
	t.Parallel()
	home, c, l := t.TempDir(), start(), &ledger{}
	s := open(t, home, c, l)
	token, secret := create(t, s, draft("coach", c))
	if !regexp.MustCompile(`^weir_[a-z2-7]{8}_[A-Za-z0-9_-]{43}$`).MatchString(secret) || !strings.HasPrefix(secret, "weir_"+token.ID+"_") {
		t.Errorf("secret %s of token %s has another form", secret, token.ID)
	}
	got, err := s.Bearer(t.Context(), secret)
	if err != nil || got.ID != token.ID || got.Principal != "coach" || got.Purpose != policy.Coaching {
		t.Errorf("bearer: %+v, %v", got, err)
	}
	other, _ := create(t, s, draft("coach", c))
	for _, wrong := range []string{
		"", "weir_", secret[:len(secret)-1], secret + "A", strings.ToUpper(secret), strings.TrimPrefix(secret, "weir_"),
		strings.Replace(secret, token.ID, other.ID, 1),
	} {
		if _, err := s.Bearer(t.Context(), wrong); policy.CodeOf(err) != policy.Denied {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	info, err := os.Stat(filepath.Join(home, identity.TokensFile))
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("file: %v, %v", info.Mode(), err)
	}
	if want := []string{"created " + token.ID, "created " + other.ID}; !slices.Equal(l.entries, want) {
		t.Errorf("recorded %v, want %v", l.entries, want)
	}
}

func TestTokenRunsOut(t *testing.T) {
	t.Parallel()
	c := start()
	s := open(t, t.TempDir(), c, &ledger{})
	_, secret := create(t, s, draft("coach", c))
	c.now = c.now.Add(time.Hour - time.Nanosecond)
	if _, err := s.Bearer(t.Context(), secret); err != nil {
		t.Error(err)
	}
	c.now = c.now.Add(time.Nanosecond)
	if _, err := s.Bearer(t.Context(), secret); policy.CodeOf(err) != policy.Denied {
		t.Error(err)
	}
}

// A token that another process makes or revokes is known at the next question,
// even when the file keeps its size and its time.
func TestChangesShowAtOnce(t *testing.T) {
	t.Parallel()
	home, c, l := t.TempDir(), start(), &ledger{}
	server, command := open(t, home, c, l), open(t, home, c, l)
	for range 20 {
		token, secret := create(t, command, draft("coach", c))
		if _, err := server.Bearer(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
		if _, err := command.Revoke(t.Context(), token.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := server.Bearer(t.Context(), secret); policy.CodeOf(err) != policy.Denied {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(home, identity.TokensFile)); err != nil {
		t.Fatal(err)
	}
	if tokens, err := server.List(t.Context()); err != nil || len(tokens) != 0 {
		t.Errorf("without a file: %v, %v", tokens, err)
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	c, l := start(), &ledger{}
	s := open(t, t.TempDir(), c, l)
	token, _ := create(t, s, draft("coach", c))
	c.now = c.now.Add(time.Minute)
	first, err := s.Revoke(t.Context(), token.ID)
	if err != nil || !first.Revoked.Equal(c.now) {
		t.Errorf("got %+v, %v", first, err)
	}
	c.now = c.now.Add(time.Minute)
	if again, err := s.Revoke(t.Context(), token.ID); err != nil || !again.Revoked.Equal(first.Revoked) {
		t.Errorf("again: %+v, %v", again, err)
	}
	if _, err := s.Revoke(t.Context(), "nothing"); policy.CodeOf(err) != policy.NotFound {
		t.Errorf("unknown: %v", err)
	}
	if want := []string{"created " + token.ID, "revoked " + token.ID}; !slices.Equal(l.entries, want) {
		t.Errorf("recorded %v, want %v", l.entries, want)
	}
}

// While a server has the audit log, a command's new token opens nothing until
// the server has recorded it, and its revoked one opens nothing at once.
func TestAnotherProcessHasTheLog(t *testing.T) {
	t.Parallel()
	home, c, l := t.TempDir(), start(), &ledger{}
	busy := &ledger{broken: policy.Errorf(policy.Busy, "the server has the log")}
	command, onlooker, server := open(t, home, c, busy), open(t, home, c, nil), open(t, home, c, l)
	token, secret := create(t, command, draft("coach", c))
	if !slices.Equal(token.Unrecorded, []identity.Action{identity.Created}) {
		t.Errorf("unrecorded: %v", token.Unrecorded)
	}
	if _, err := onlooker.Bearer(t.Context(), secret); policy.CodeOf(err) != policy.Denied {
		t.Errorf("before it is recorded: %v", err)
	}
	if _, err := server.Bearer(t.Context(), secret); err != nil {
		t.Errorf("the server: %v", err)
	}
	if _, err := onlooker.Bearer(t.Context(), secret); err != nil {
		t.Errorf("after it is recorded: %v", err)
	}
	if _, err := command.Revoke(t.Context(), token.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := onlooker.Bearer(t.Context(), secret); policy.CodeOf(err) != policy.Denied {
		t.Errorf("revoked, not recorded: %v", err)
	}
	if err := server.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []string{"created " + token.ID, "revoked " + token.ID}; !slices.Equal(l.entries, want) {
		t.Errorf("recorded %v, want %v", l.entries, want)
	}
}

func TestNoTokenWithoutARecord(t *testing.T) {
	t.Parallel()
	home, c, l := t.TempDir(), start(), &ledger{broken: errors.New("the disk is full")}
	s := open(t, home, c, l)
	_, secret, err := s.Create(t.Context(), draft("coach", c))
	if !errors.Is(err, l.broken) {
		t.Fatalf("error is %v", err)
	}
	if _, err := open(t, home, c, nil).Bearer(t.Context(), secret); policy.CodeOf(err) != policy.Denied {
		t.Errorf("it opens something: %v", err)
	}
}

func TestDamagedFileOpensNothing(t *testing.T) {
	t.Parallel()
	home, c := t.TempDir(), start()
	s := open(t, home, c, &ledger{})
	_, secret := create(t, s, draft("coach", c))
	path := filepath.Join(home, identity.TokensFile)
	whole := readFile(t, path)
	for _, text := range []string{
		"", whole[:len(whole)/2], strings.Replace(whole, `"format": 1`, `"format": 2`, 1),
		strings.Replace(whole, `"format"`, `"form"`, 1), strings.Replace(whole, `"sha256": "`, `"sha256": "AAAA`, 1),
	} {
		writeFile(t, path, text)
		if _, err := s.Bearer(t.Context(), secret); policy.CodeOf(err) != policy.Failed {
			t.Errorf("bearer with %.30q…: %v", text, err)
		}
		if _, _, err := s.Create(t.Context(), draft("coach", c)); policy.CodeOf(err) != policy.Failed {
			t.Errorf("create with %.30q…: %v", text, err)
		}
	}
	writeFile(t, path, whole)
	if _, err := s.Bearer(t.Context(), secret); err != nil {
		t.Errorf("mended: %v", err)
	}
}

func TestConcurrentChangesAreAllKept(t *testing.T) {
	t.Parallel()
	home, c, l := t.TempDir(), start(), &ledger{}
	var group sync.WaitGroup
	for range 4 {
		s := open(t, home, c, l)
		for range 2 {
			group.Go(func() {
				for range 5 {
					if _, _, err := s.Create(t.Context(), draft("coach", c)); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	group.Wait()
	tokens, err := open(t, home, c, l).List(t.Context())
	if err != nil || len(tokens) != 40 || len(l.entries) != 40 {
		t.Errorf("%d tokens, %d records, %v; want 40", len(tokens), len(l.entries), err)
	}
}

// Whatever is done: a secret opens its token and no other exactly while the
// token is good, and stands in no file.
func TestTokensProperty(t *testing.T) {
	t.Parallel()
	parent := t
	rapid.Check(t, func(t *rapid.T) {
		home, c, l := parent.TempDir(), start(), &ledger{}
		stores := []*identity.Store{open(t, home, c, l), open(t, home, c, l)}
		secrets, good := map[string]string{}, map[string]time.Time{}
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			s := rapid.SampledFrom(stores).Draw(t, "store")
			switch ids := slices.Sorted(maps.Keys(secrets)); rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				d := draft(rapid.SampledFrom([]string{"a", "b", "Ä ☃"}).Draw(t, "principal"), c)
				d.Expires = c.now.Add(time.Duration(rapid.Int64Range(-5, 100).Draw(t, "minutes")) * time.Minute)
				token, secret, err := s.Create(t.Context(), d)
				if err != nil {
					t.Fatal(err)
				}
				secrets[token.ID], good[token.ID] = secret, d.Expires
			case 1:
				if len(ids) > 0 {
					id := rapid.SampledFrom(ids).Draw(t, "id")
					if _, err := s.Revoke(t.Context(), id); err != nil {
						t.Fatal(err)
					}
					delete(good, id)
				}
			default:
				c.now = c.now.Add(time.Duration(rapid.IntRange(0, 50).Draw(t, "pass")) * time.Minute)
			}
			for id, secret := range secrets {
				token, err := rapid.SampledFrom(stores).Draw(t, "asked").Bearer(t.Context(), secret)
				if want := c.now.Before(good[id]); (err == nil) != want || want && token.ID != id {
					t.Fatalf("token %s: got %+v, %v; want %v", id, token, err, want)
				}
			}
		}
		noFileHolds(t, home, secrets)
	})
}

func noFileHolds(t *rapid.T, home string, secrets map[string]string) {
	files, err := os.ReadDir(home)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(home, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if strings.Contains(string(text), secret[len(secret)-43:]) {
				t.Fatalf("%s holds a secret", file.Name())
			}
		}
	}
}
