package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"

	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"
)

// verification is the state of one Verify.
type verification struct {
	store  store
	head   Checkpoint
	proven tlog.HashReader // stored hashes, proven to be under head's root
	leaves []tlog.Hash     // of each entry as found; zero where there is none
	flaws  []error         // of each bundle's form
}

// bundleAt returns the coordinates of the n-th bundle.
func (v *verification) bundleAt(n int64) tlog.Tile {
	return tileAt(entryLevel, n, int(min(v.head.Size-n*tileWidth, tileWidth)))
}

// hashEntries reads all entries and hashes them, bundles side by side.
func (v *verification) hashEntries(ctx context.Context) error {
	v.leaves = make([]tlog.Hash, v.head.Size)
	v.flaws = make([]error, (v.head.Size+tileWidth-1)/tileWidth)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for n := range v.flaws {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return v.hashBundle(int64(n))
		})
	}
	return group.Wait()
}

func (v *verification) hashBundle(n int64) error {
	t := v.bundleAt(n)
	data, err := v.store.read(t)
	if errors.Is(err, fs.ErrNotExist) {
		v.flaws[n] = errors.New("the file is missing")
		return nil
	}
	if err != nil {
		return err
	}
	entries, err := splitBundle(data)
	if err == nil && len(entries) != t.W {
		err = fmt.Errorf("%d entries where %d belong", len(entries), t.W)
	}
	v.flaws[n] = err
	leaves := v.leaves[n*tileWidth:][:t.W]
	for i, entry := range entries[:min(len(entries), t.W)] {
		leaves[i] = tlog.RecordHash(entry)
	}
	return nil
}
