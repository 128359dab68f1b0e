package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/weir-warehouse/weir/policy"
)

// Paths says where a log's parts are. Key and Remembered belong outside Dir,
// so that nobody who restores or replaces Dir takes them along.
type Paths struct {
	Dir        string // the log itself: checkpoint, tiles, journals, lock
	Key        string // the private key; the verifier key is in Key + ".pub"
	Remembered string // the last signed checkpoint, kept apart from the log
	Verified   string // what the last verification found
}

// Home returns the paths that a warehouse uses, given its home directory.
func Home(home string) Paths {
	return Paths{
		Dir:        filepath.Join(home, "audit"),
		Key:        filepath.Join(home, "audit.key"),
		Remembered: filepath.Join(home, "audit.checkpoint"),
		Verified:   filepath.Join(home, "audit.verified"),
	}
}

// Verifier reads the log's verifier key, which is public. Keep a copy of it
// elsewhere: who can replace the file can replace the log.
func (p Paths) Verifier() (string, error) {
	key, err := os.ReadFile(p.Key + ".pub")
	if err != nil {
		return "", fmt.Errorf("audit verifier key: %w", err)
	}
	return strings.TrimSpace(string(key)), nil
}

// Init makes a key pair and an empty log, and returns the verifier key.
// Origin names the log for ever, in each checkpoint and in the keys: a URL
// without scheme that the district owns, such as "weir.example.org/audit".
func Init(p Paths, origin string, random io.Reader) (string, error) {
	if origin == "" || strings.ContainsFunc(origin, func(r rune) bool { return r <= ' ' || r == '+' || r > '~' }) {
		return "", policy.Errorf(policy.Usage, "audit origin %q: want printable ASCII without spaces or '+', such as weir.example.org/audit", origin)
	}
	if _, err := os.Stat(filepath.Join(p.Dir, checkpointFile)); !errors.Is(err, fs.ErrNotExist) {
		return "", policy.Errorf(policy.Usage, "audit log %s exists; a log is never made anew", p.Dir)
	}
	private, verifier, err := note.GenerateKey(random, origin)
	if err != nil {
		return "", fmt.Errorf("make audit key: %w", err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return "", fmt.Errorf("make audit key: %w", err)
	}
	empty, err := tlog.TreeHash(0, nil)
	if err != nil {
		return "", fmt.Errorf("hash empty tree: %w", err)
	}
	head, err := signCheckpoint(signer, 0, empty)
	if err != nil {
		return "", err
	}
	// The log exists once its checkpoint does, so that is written last.
	files := []struct {
		path string
		data []byte
	}{
		{p.Key, []byte(private + "\n")},
		{p.Key + ".pub", []byte(verifier + "\n")},
		{journalPath(p.Dir, 0), make([]byte, journalSize)},
		{journalPath(p.Dir, 1), make([]byte, journalSize)},
		{p.Remembered, head.Note},
		{filepath.Join(p.Dir, checkpointFile), head.Note},
	}
	for _, f := range files {
		if err := replaceFile(f.path, f.data); err != nil {
			return "", fmt.Errorf("make audit log: %w", err)
		}
	}
	return verifier, nil
}
