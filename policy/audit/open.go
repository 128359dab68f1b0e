package audit

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/weir-warehouse/weir/policy"
)

// newCommitter reads the log's state, checks it, and publishes the entries
// that only the journals hold.
func newCommitter(p Paths, o Options) (*committer, error) {
	private, err := os.ReadFile(p.Key)
	if err != nil {
		return nil, fmt.Errorf("audit key: %w", err)
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(private)))
	if err != nil {
		return nil, fmt.Errorf("audit key %s: %w", p.Key, err)
	}
	e, err := resume(p)
	if err != nil {
		return nil, err
	}
	every := cmp.Or(o.Publish, time.Second)
	c := &committer{
		publisher: &publisher{store: store{dir: p.Dir}, edge: e, signer: signer, remembered: p.Remembered},
		next:      e.size,
		published: make(chan error, 1),
		every:     every,
		timer:     time.NewTimer(every),
	}
	if err := c.replay(p.Dir); err != nil {
		return nil, errors.Join(err, c.closeJournals())
	}
	return c, nil
}

// resume loads the tree's edge and checks it against the signed checkpoint,
// and that against the remembered one.
func resume(p Paths) (*edge, error) {
	key, err := p.Verifier()
	if err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("audit verifier key: %w", err)
	}
	s := store{dir: p.Dir}
	head, err := readCheckpoint(s.path(checkpointFile), verifier)
	if err != nil {
		return nil, err
	}
	e, err := loadEdge(s, head.Size)
	if err != nil {
		return nil, err
	}
	if root, err := e.root(); err != nil || root != head.Root {
		return nil, errors.Join(err, policy.Errorf(policy.Failed, "the last tiles do not give the signed root of %d entries; verify the log", head.Size))
	}
	remembered, err := readCheckpoint(p.Remembered, verifier)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, policy.Errorf(policy.Failed, "remembered checkpoint %s is missing; restore it, or accept the log as it stands by copying %s there", p.Remembered, s.path(checkpointFile))
	}
	if err != nil {
		return nil, fmt.Errorf("remembered: %w", err)
	}
	return e, checkExtends(s, head, remembered)
}

// checkExtends refuses a log whose tree does not begin with the remembered one.
func checkExtends(s store, head, remembered Checkpoint) error {
	if remembered.Size > head.Size {
		return policy.Errorf(policy.Failed, "the log has %d entries and had %d: it was set back", head.Size, remembered.Size)
	}
	root, err := tlog.TreeHash(remembered.Size, tlog.TileHashReader(tlog.Tree{N: head.Size, Hash: head.Root}, s))
	if err != nil {
		return fmt.Errorf("hash the remembered tree: %w", err)
	}
	if root != remembered.Root {
		return policy.Errorf(policy.Failed, "the first %d entries are not those that were remembered; verify the log", remembered.Size)
	}
	return nil
}

// replay publishes what the journals hold beyond the tree.
func (c *committer) replay(dir string) error {
	runs := make([]run, len(c.journals))
	for i := range c.journals {
		var err error
		if c.journals[i], err = openJournal(journalPath(dir, i)); err != nil {
			return err
		}
		if runs[i], err = c.journals[i].read(c.next); err != nil {
			return err
		}
	}
	slices.SortFunc(runs, func(a, b run) int { return cmp.Compare(a.first, b.first) })
	for _, r := range runs {
		if r.first > c.next {
			return fmt.Errorf("entries %d to %d are missing: the journals begin after them", c.next, r.first-1)
		}
		if r.end() > c.next {
			c.pending = append(c.pending, r.entries[c.next-r.first:]...)
			c.next = r.end()
		}
	}
	return c.publishAll()
}

func (c *committer) closeJournals() error {
	var errs []error
	for _, j := range c.journals {
		if j != nil {
			errs = append(errs, j.f.Close())
		}
	}
	return errors.Join(errs...)
}
