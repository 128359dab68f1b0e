package audit

import (
	"bytes"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// edge is the right edge of a tree: all that appending to it takes. For each
// tile level it holds the hashes of the tile that is not full yet, and it
// holds the entries of the bundle that is not full yet.
type edge struct {
	size   int64
	levels [][]byte
	bundle []byte
}

// loadEdge reads the edge of a tree of the given size.
func loadEdge(s store, size int64) (*edge, error) {
	e := &edge{size: size}
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		data, err := e.load(s, level)
		if err != nil {
			return nil, err
		}
		e.levels = append(e.levels, data)
	}
	bundle, err := e.load(s, entryLevel)
	if err != nil {
		return nil, err
	}
	e.bundle = bundle
	return e, e.check()
}

// load reads the unfinished tile of a level, nil if there is none.
func (e *edge) load(s store, level int) ([]byte, error) {
	t := e.tile(level)
	if t.W == 0 {
		return nil, nil
	}
	data, err := s.read(t)
	if err != nil {
		return nil, err
	}
	if level != entryLevel && len(data) != t.W*tlog.HashSize {
		return nil, fmt.Errorf("%s: %d bytes, want %d", tileName(t), len(data), t.W*tlog.HashSize)
	}
	return data, nil
}

// tile returns the coordinates of a level's unfinished tile; its width may be 0.
func (e *edge) tile(level int) tlog.Tile {
	elements := e.size >> (tileHeight * max(level, 0))
	return tileAt(level, elements/tileWidth, int(elements%tileWidth))
}

// check compares the bundle's entries with the hashes of level 0.
func (e *edge) check() error {
	entries, err := splitBundle(e.bundle)
	if err != nil {
		return err
	}
	var hashes []byte
	for _, entry := range entries {
		h := tlog.RecordHash(entry)
		hashes = append(hashes, h[:]...)
	}
	if len(e.levels) > 0 && !bytes.Equal(hashes, e.levels[0]) {
		return fmt.Errorf("%s does not match %s", tileName(e.tile(entryLevel)), tileName(e.tile(0)))
	}
	return nil
}

// add appends an entry. It passes on each tile that becomes full.
func (e *edge) add(entry []byte, full func(tlog.Tile, []byte) error) error {
	bundle := e.tile(entryLevel)
	e.bundle = appendEntry(e.bundle, entry)
	e.size++
	if bundle.W == tileWidth-1 {
		bundle.W = tileWidth
		if err := full(bundle, e.bundle); err != nil {
			return err
		}
		e.bundle = nil
	}
	return e.push(0, tlog.RecordHash(entry), full)
}

// push appends a hash to a level, and to the next one what becomes full.
func (e *edge) push(level int, h tlog.Hash, full func(tlog.Tile, []byte) error) error {
	if level == len(e.levels) {
		e.levels = append(e.levels, nil)
	}
	e.levels[level] = append(e.levels[level], h[:]...)
	data := e.levels[level]
	if len(data) < tileWidth*tlog.HashSize {
		return nil
	}
	t := tileAt(level, e.size>>(tileHeight*(level+1))-1, tileWidth)
	if err := full(t, data); err != nil {
		return err
	}
	e.levels[level] = nil
	return e.push(level+1, subtree(data), full)
}

// subtree returns the Merkle tree hash over the hashes of a tile (RFC 6962, 2.1).
func subtree(data []byte) tlog.Hash {
	if len(data) == tlog.HashSize {
		return tlog.Hash(data)
	}
	half := len(data) / 2
	return tlog.NodeHash(subtree(data[:half]), subtree(data[half:]))
}

// root returns the Merkle tree hash of the whole tree.
func (e *edge) root() (tlog.Hash, error) {
	return tlog.TreeHash(e.size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			t := tlog.TileForIndex(tileHeight, index)
			h, err := tlog.HashFromTile(t, e.levels[t.L], index)
			if err != nil {
				return nil, err
			}
			hashes[i] = h
		}
		return hashes, nil
	}))
}
