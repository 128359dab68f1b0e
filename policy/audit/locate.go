package audit

import (
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// locate finds the first entry that differs from the signed tree. It descends
// from the root, level by level, into the first subtree whose proven hash is
// not that of the entries found.
func (v *verification) locate() *Fault {
	first, end := int64(0), v.head.Size
	for level := 7; level >= 0; level-- {
		span := int64(1) << (tileHeight * level)
		for n := first / span; (n+1)*span <= end; n++ {
			hashes, err := v.proven.ReadHashes([]int64{tlog.StoredHashIndex(tileHeight*level, n)})
			if err != nil {
				return v.unlocated(first, end, err)
			}
			if hashes[0] != merkle(v.leaves[n*span:(n+1)*span]) {
				first, end = n*span, (n+1)*span
				break
			}
			first = (n + 1) * span
		}
	}
	return v.classify(first)
}

// unlocated reports entries whose stored hashes do not lead to the root either.
func (v *verification) unlocated(first, end int64, err error) *Fault {
	return &Fault{
		Kind: FaultRewritten, First: first, Last: end - 1, File: tileName(v.bundleAt(first / tileWidth)),
		Reason: fmt.Sprintf("the hashes that would tell which entry it is are changed too: %v", err),
	}
}

// classify says what became of an entry that differs.
func (v *verification) classify(i int64) *Fault {
	n := i / tileWidth
	fault := &Fault{Kind: FaultAltered, First: i, Last: i, File: tileName(v.bundleAt(n)), Reason: "its hash is not the one that was signed"}
	proven := func(i int64) tlog.Hash {
		if hashes, err := v.proven.ReadHashes([]int64{tlog.StoredHashIndex(0, i)}); err == nil {
			return hashes[0]
		}
		return tlog.Hash{}
	}
	if at := slices.Index(v.leaves, proven(i)); at >= 0 {
		fault.Kind = FaultReordered
		fault.Reason = fmt.Sprintf("it stands at %d now", at)
		return fault
	}
	entries := v.leaves[n*tileWidth : min((n+1)*tileWidth, v.head.Size)]
	gone := !slices.ContainsFunc(entries[i%tileWidth:], func(h tlog.Hash) bool { return h != tlog.Hash{} })
	shifted := i+1 < v.head.Size && v.leaves[i] == proven(i+1)
	if gone || shifted {
		fault.Kind = FaultMissing
		fault.Reason = "it is not in the log any more"
	}
	if v.flaws[n] != nil {
		fault.Reason += fmt.Sprintf(" (%s: %v)", fault.File, v.flaws[n])
	}
	return fault
}
