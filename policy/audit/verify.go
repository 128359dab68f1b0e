package audit

import (
	"context"
	"crypto/sha256"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Report is what Verify found to be in order.
type Report struct {
	Checkpoint Checkpoint // the tree that was verified
	Remembered int64      // entries that an earlier checkpoint vouches for
}

// Verify checks the published log against its signature: every entry, every
// tile, the root, and that the tree begins with that of the remembered
// checkpoint, the path of which is given. With no path, a log that was set
// back to an earlier state passes. It takes 32 bytes of memory an entry.
//
// Its error is a [*Fault] if the log is not what it was, and any other error
// if that could not be found out.
func (r *Reader) Verify(ctx context.Context, remembered string) (Report, error) {
	head, err := readCheckpoint(r.store.path(checkpointFile), r.verifier)
	if err != nil {
		return Report{}, &Fault{Kind: FaultCheckpoint, First: -1, Last: -1, File: checkpointFile, Reason: err.Error()}
	}
	var earlier Checkpoint
	if remembered != "" {
		if earlier, err = readCheckpoint(remembered, r.verifier); err != nil {
			return Report{}, &Fault{Kind: FaultCheckpoint, First: -1, Last: -1, File: remembered, Reason: err.Error()}
		}
	}
	v := &verification{store: r.store, head: head, proven: r.hashes(head)}
	if err := v.hashEntries(ctx); err != nil {
		return Report{}, fmt.Errorf("verify audit log: %w", err)
	}
	if fault := v.judge(earlier); fault != nil {
		return Report{}, fault
	}
	return Report{Checkpoint: head, Remembered: earlier.Size}, nil
}

// judge compares the hashes of the entries found with all that was signed or
// stored, and returns the first fault, or nil.
func (v *verification) judge(earlier Checkpoint) *Fault {
	size := v.head.Size
	keeps := earlier.Size <= size && merkle(v.leaves[:min(earlier.Size, size)]) == earlier.Root
	if merkle(v.leaves) != v.head.Root {
		fault := v.locate()
		if keeps {
			fault.First = max(fault.First, earlier.Size)
		}
		return fault
	}
	if fault := v.checkTiles(); fault != nil {
		return fault
	}
	switch {
	case earlier.Note == nil || keeps:
		return nil
	case earlier.Size > size:
		return &Fault{
			Kind: FaultMissing, First: size, Last: earlier.Size - 1, File: checkpointFile,
			Reason: fmt.Sprintf("the log has %d entries and had %d when it was last remembered: it was set back", size, earlier.Size),
		}
	}
	return &Fault{
		Kind: FaultRewritten, First: 0, Last: earlier.Size - 1, File: checkpointFile,
		Reason: fmt.Sprintf("the signed tree does not begin with the %d entries that were remembered", earlier.Size),
	}
}

// merkle returns the Merkle tree hash over leaf hashes (RFC 6962, 2.1). It is
// written from the RFC and shares no code with what builds the tree.
func merkle(leaves []tlog.Hash) tlog.Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	}
	split := 1
	for split*2 < len(leaves) {
		split *= 2
	}
	return tlog.NodeHash(merkle(leaves[:split]), merkle(leaves[split:]))
}
