package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/weir-warehouse/weir/policy"
)

// Reader reads the published part of a log. Any number of processes may read
// while one writes. A Reader trusts the files that it reads entries from;
// [Reader.Verify] and [Reader.Prove] do not.
type Reader struct {
	store    store
	verifier note.Verifier
}

// Record is an entry as the log holds it.
type Record struct {
	Index int64
	Raw   []byte // the canonical JSON, which is what the tree hashes
}

// Entry decodes the record.
func (r Record) Entry() (Entry, error) {
	e, err := decode(r.Raw)
	if err != nil {
		return Entry{}, fmt.Errorf("audit entry %d: %w", r.Index, err)
	}
	return e, nil
}

// NewReader returns a reader of the log in dir, whose checkpoints bear the
// signature of the verifier key.
func NewReader(dir, verifierKey string) (*Reader, error) {
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		return nil, policy.Errorf(policy.Usage, "audit verifier key: %w", err)
	}
	return &Reader{store: store{dir: dir}, verifier: verifier}, nil
}

// Head returns the signed checkpoint: what has been published so far.
func (r *Reader) Head() (Checkpoint, error) {
	head, err := readCheckpoint(r.store.path(checkpointFile), r.verifier)
	if errors.Is(err, fs.ErrNotExist) {
		return Checkpoint{}, policy.Errorf(policy.NotFound, "there is no audit log in %s", r.store.dir)
	}
	return head, err
}

// Entries yields the published entries from index from up to, not including,
// index to. It stops at the first error.
func (r *Reader) Entries(ctx context.Context, from, to int64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		head, err := r.Head()
		if err != nil {
			yield(Record{}, err)
			return
		}
		r.scan(ctx, max(from, 0), min(to, head.Size), head.Size, yield)
	}
}

// All yields every entry published by now.
func (r *Reader) All(ctx context.Context) iter.Seq2[Record, error] {
	return r.Entries(ctx, 0, int64(1)<<62)
}

// scan yields entries of a tree of the given size, bundle by bundle. It
// reports whether the consumer wants more.
func (r *Reader) scan(ctx context.Context, from, to, size int64, yield func(Record, error) bool) bool {
	for from < to {
		entries, err := r.bundle(from/tileWidth, size)
		if err = errors.Join(ctx.Err(), err); err != nil {
			yield(Record{}, fmt.Errorf("read audit entry %d: %w", from, err))
			return false
		}
		for _, raw := range entries[from%tileWidth:] {
			if from == to {
				return true
			}
			if !yield(Record{Index: from, Raw: raw}, nil) {
				return false
			}
			from++
		}
	}
	return true
}

// bundle reads the entries of the n-th bundle of a tree of the given size.
func (r *Reader) bundle(n, size int64) ([][]byte, error) {
	t := tileAt(entryLevel, n, int(min(size-n*tileWidth, tileWidth)))
	data, err := r.store.read(t)
	if err != nil {
		return nil, err
	}
	entries, err := splitBundle(data)
	if err == nil && len(entries) != t.W {
		err = fmt.Errorf("%d entries where %d belong; verify the log", len(entries), t.W)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tileName(t), err)
	}
	return entries, nil
}

// Entry returns the entry with an index.
func (r *Reader) Entry(ctx context.Context, index int64) (Record, error) {
	for record, err := range r.Entries(ctx, index, index+1) {
		if index >= 0 {
			return record, err
		}
	}
	return Record{}, policy.Errorf(policy.NotFound, "the audit log has no entry %d yet", index)
}

// Follow yields the entries from index from on, and then new ones as they are
// published, until ctx ends. It looks for new ones every poll.
func (r *Reader) Follow(ctx context.Context, from int64, poll time.Duration) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		ticker := time.NewTicker(poll)
		defer ticker.Stop()
		for {
			head, err := r.Head()
			if err != nil {
				yield(Record{}, err)
				return
			}
			if !r.scan(ctx, from, head.Size, head.Size, yield) {
				return
			}
			from = max(from, head.Size)
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

// hashes reads tree hashes that are proven to be under the checkpoint's root.
func (r *Reader) hashes(head Checkpoint) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: head.Size, Hash: head.Root}, r.store)
}
