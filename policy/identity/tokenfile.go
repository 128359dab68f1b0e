package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"github.com/weir-warehouse/weir/policy"
)

const (
	tokenFormat = 1
	lockRetry   = 10 * time.Millisecond
)

// tokenFile is what tokens.json holds.
type tokenFile struct {
	Format int             `json:"format"`
	SCRAM  scramParameters `json:"scram"`
	Tokens []credential    `json:"tokens"`
}

// find returns the credential with an id, to be changed in place, or nil.
func (f *tokenFile) find(id string) *credential {
	i := slices.IndexFunc(f.Tokens, func(c credential) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &f.Tokens[i]
}

func (f *tokenFile) unrecorded() bool {
	return slices.ContainsFunc(f.Tokens, func(c credential) bool { return len(c.Unrecorded) > 0 })
}

// current returns the file as it stands now, which nobody may change.
func (s *Store) current(ctx context.Context) (tokenFile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refresh(); err != nil {
		return tokenFile{}, err
	}
	if s.options.Record == nil || !s.file.unrecorded() {
		return s.file, nil
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return tokenFile{}, err
	}
	err = s.refresh()
	if err == nil {
		err = s.settle(ctx)
	}
	return s.file, errors.Join(err, unlock())
}

// change applies a change to the file, records it if this process has the
// audit log, and returns the token of the id that apply returns.
func (s *Store) change(ctx context.Context, apply func(*tokenFile) (string, error)) (t Token, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	unlock, err := s.lock(ctx)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := s.refresh(); err != nil {
		return t, err
	}
	next := s.file
	next.Format, next.Tokens = tokenFormat, slices.Clone(next.Tokens)
	if next.SCRAM.Iterations == 0 {
		if next.SCRAM, err = drawParameters(s.options.Random); err != nil {
			return t, err
		}
	}
	id, err := apply(&next)
	if err != nil {
		return t, err
	}
	if err := s.replace(next); err != nil {
		return t, err
	}
	if err := s.settle(ctx); err != nil {
		return t, err
	}
	if c := s.file.find(id); c != nil {
		t = c.Token
	}
	return t, nil
}

// settle records what is not on the audit log yet, as far as this process gets
// the log.
func (s *Store) settle(ctx context.Context) error {
	if s.options.Record == nil || !s.file.unrecorded() {
		return nil
	}
	next := s.file
	next.Tokens = slices.Clone(next.Tokens)
	for i := range next.Tokens {
		c := &next.Tokens[i]
		for len(c.Unrecorded) > 0 {
			err := s.options.Record(ctx, c.Token, c.Unrecorded[0])
			if policy.CodeOf(err) == policy.Busy {
				return s.replace(next)
			}
			if err != nil {
				return fmt.Errorf("record token %s on the audit log: %w", c.ID, err)
			}
			c.Unrecorded = slices.Clone(c.Unrecorded[1:])
		}
	}
	return s.replace(next)
}

// refresh reads the file if it is not the one that was read last.
func (s *Store) refresh() error {
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		s.file = tokenFile{}
		return s.hold(nil)
	}
	if err != nil {
		return fmt.Errorf("read the tokens: %w", err)
	}
	if s.held != nil && os.SameFile(info, s.seen) && info.ModTime().Equal(s.seen.ModTime()) && info.Size() == s.seen.Size() {
		return nil
	}
	file, err := os.Open(s.path)
	if err != nil {
		return fmt.Errorf("read the tokens: %w", err)
	}
	if s.file, err = parseTokens(file); err != nil {
		return errors.Join(err, file.Close(), s.hold(nil))
	}
	return s.hold(file)
}

// hold keeps a file open in place of the one before.
func (s *Store) hold(file *os.File) (err error) {
	if s.held != nil {
		err = s.held.Close()
	}
	s.held, s.seen = file, nil
	if file == nil {
		return err
	}
	info, statErr := file.Stat()
	s.seen = info
	return errors.Join(err, statErr)
}

func parseTokens(r io.Reader) (f tokenFile, err error) {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return tokenFile{}, policy.Errorf(policy.Failed, "%s is damaged: %w; restore it from a backup, "+
			"or remove it, which revokes all tokens", TokensFile, err)
	}
	if f.Format != tokenFormat {
		return tokenFile{}, policy.Errorf(policy.Failed, "%s has format %d, this program knows %d; use the newer program",
			TokensFile, f.Format, tokenFormat)
	}
	return f, nil
}

// replace puts a file in the place of the one that there is: after a crash it
// is the one or the other.
func (s *Store) replace(f tokenFile) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write the tokens: %w", err)
		}
	}()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(f); err != nil {
		return err
	}
	if err := writeFile(s.path, text.Bytes()); err != nil {
		return err
	}
	return s.refresh()
}

// lock keeps other processes from changing the file.
func (s *Store) lock(ctx context.Context) (unlock func() error, err error) {
	l := flock.New(filepath.Join(filepath.Dir(s.path), "tokens.lock"), flock.SetPermissions(0o600))
	if _, err := l.TryLockContext(ctx, lockRetry); err != nil {
		return nil, fmt.Errorf("lock the tokens: %w", err)
	}
	return l.Unlock, nil
}
