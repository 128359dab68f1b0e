package audit

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

// checkTiles compares every stored tile with the entries, which are known to
// be intact.
func (v *verification) checkTiles() *Fault {
	for n, flaw := range v.flaws {
		if flaw != nil {
			return v.tileFault(v.bundleAt(int64(n)), 0, flaw.Error())
		}
		if fault := v.checkPartial(v.bundleAt(int64(n)), v.leaves[n*tileWidth:]); fault != nil {
			return fault
		}
	}
	hashes := v.leaves
	for level := 0; len(hashes) > 0; level++ {
		var above []tlog.Hash
		for n := int64(0); len(hashes) > 0; n++ {
			t := tileAt(level, n, min(len(hashes), tileWidth))
			if fault := v.checkTile(t, hashes[:t.W]); fault != nil {
				return fault
			}
			if t.W == tileWidth {
				above = append(above, merkle(hashes[:t.W]))
			}
			hashes = hashes[t.W:]
		}
		hashes = above
	}
	return nil
}

// checkTile compares one tile of hashes, and the partial ones before it.
func (v *verification) checkTile(t tlog.Tile, hashes []tlog.Hash) *Fault {
	data, err := v.store.read(t)
	if err != nil {
		return v.tileFault(t, 0, err.Error())
	}
	if at := firstDifference(data, hashes); at >= 0 {
		return v.tileFault(t, at, "its hashes are not those of the entries")
	}
	return v.checkPartial(t, hashes)
}

// firstDifference returns the position of the first hash in which a tile's
// bytes differ from hashes, or -1.
func firstDifference(data []byte, hashes []tlog.Hash) int {
	for i, h := range hashes {
		if len(data) < (i+1)*tlog.HashSize || !bytes.Equal(data[i*tlog.HashSize:][:tlog.HashSize], h[:]) {
			return i
		}
	}
	if len(data) > len(hashes)*tlog.HashSize {
		return len(hashes) - 1
	}
	return -1
}

// checkPartial compares the partial tiles that earlier checkpoints left.
func (v *verification) checkPartial(t tlog.Tile, hashes []tlog.Hash) *Fault {
	files, err := os.ReadDir(v.store.path(tileName(tileAt(t.L, t.N, tileWidth))) + ".p")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return v.tileFault(t, 0, err.Error())
	}
	for _, file := range files {
		width, err := strconv.Atoi(file.Name())
		if err != nil || width >= t.W {
			continue // a file being written, or a tree beyond this one
		}
		partial := tileAt(t.L, t.N, width)
		data, err := v.store.read(partial)
		if t.L == entryLevel && err == nil {
			data, err = leafHashes(data)
		}
		if errors.Is(err, fs.ErrNotExist) {
			continue // replaced by the full tile meanwhile
		}
		if err != nil {
			return v.tileFault(partial, 0, err.Error())
		}
		if at := firstDifference(data, hashes[:width]); at >= 0 {
			return v.tileFault(partial, at, "it is not what the log held")
		}
	}
	return nil
}

// leafHashes returns the hashes of a bundle's entries, as a tile holds them.
func leafHashes(bundle []byte) ([]byte, error) {
	entries, err := splitBundle(bundle)
	var tile []byte
	for _, entry := range entries {
		h := tlog.RecordHash(entry)
		tile = append(tile, h[:]...)
	}
	return tile, err
}

// tileFault reports a tile that is wrong from its element at.
func (v *verification) tileFault(t tlog.Tile, at int, reason string) *Fault {
	span := int64(1) << (tileHeight * max(t.L, 0))
	first := (t.N*tileWidth + int64(at)) * span
	last := min((t.N*tileWidth+int64(t.W))*span, v.head.Size) - 1
	return &Fault{Kind: FaultTile, First: first, Last: last, File: tileName(t), Reason: reason}
}
