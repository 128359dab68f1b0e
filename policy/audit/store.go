package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Tile geometry of C2SP tlog-tiles.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	// entryLevel is the level that package tlog gives to tiles of entries.
	entryLevel = -1
)

const checkpointFile = "checkpoint"

// store is a log's directory as C2SP tlog-tiles lays it out. Entry bundles
// are its tiles of entryLevel.
type store struct {
	dir string
}

// tileAt returns the coordinates of the n-th tile of a level, w elements wide.
func tileAt(level int, n int64, w int) tlog.Tile {
	return tlog.Tile{H: tileHeight, L: level, N: n, W: w}
}

// tileName is a tile's path in C2SP form, with slashes. Package tlog's own form has
// the height in it and calls entries data.
func tileName(t tlog.Tile) string {
	name := strings.TrimPrefix(t.Path(), "tile/8/")
	if rest, ok := strings.CutPrefix(name, "data/"); ok {
		name = "entries/" + rest
	}
	return "tile/" + name
}

func (s store) path(name string) string {
	return filepath.Join(s.dir, filepath.FromSlash(name))
}

// read returns a tile. A partial tile may have given way to the full one,
// which then is cut to the width asked for.
func (s store) read(t tlog.Tile) ([]byte, error) {
	data, err := os.ReadFile(s.path(tileName(t)))
	if !errors.Is(err, fs.ErrNotExist) || t.W == tileWidth {
		return data, err
	}
	full, fullErr := os.ReadFile(s.path(tileName(tileAt(t.L, t.N, tileWidth))))
	if errors.Is(fullErr, fs.ErrNotExist) {
		return nil, err
	}
	if fullErr != nil {
		return nil, fullErr
	}
	return cut(t, full)
}

// cut returns the first t.W elements of a full tile.
func cut(t tlog.Tile, full []byte) ([]byte, error) {
	if t.L != entryLevel {
		return full[:min(len(full), t.W*tlog.HashSize)], nil
	}
	rest := full
	for range t.W {
		var err error
		if _, rest, err = nextEntry(rest); err != nil {
			return nil, fmt.Errorf("%s: %w", tileName(tileAt(t.L, t.N, tileWidth)), err)
		}
	}
	return full[:len(full)-len(rest)], nil
}

// Height, ReadTiles and SaveTiles make store a [tlog.TileReader].
func (s store) Height() int { return tileHeight }

// ReadTiles reads tiles of hashes.
func (s store) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, t := range tiles {
		data, err := s.read(t)
		if err != nil {
			return nil, err
		}
		if len(data) != t.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes, want %d", tileName(t), len(data), t.W*tlog.HashSize)
		}
		all[i] = data
	}
	return all, nil
}

// SaveTiles has nothing to do: the tiles came from the store.
func (s store) SaveTiles([]tlog.Tile, [][]byte) {}
