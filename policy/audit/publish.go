package audit

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// publisher moves entries that are durable in a journal into the tree.
type publisher struct {
	store      store
	edge       *edge
	signer     note.Signer
	remembered string
}

// publish writes tiles, makes them durable, and only then signs and writes the
// checkpoint. The same entries always give the same files, so a publication
// that a crash cut short is simply made again.
func (p *publisher) publish(entries [][]byte) error {
	old := p.edge.size
	dirs := make(map[string]bool)
	var full []tlog.Tile
	write := func(t tlog.Tile, data []byte) error {
		if t.W == tileWidth {
			full = append(full, t)
		}
		path := p.store.path(tileName(t))
		for dir := filepath.Dir(path); !dirs[dir] && dir != p.store.dir; dir = filepath.Dir(dir) {
			dirs[dir] = true
		}
		return writeFile(path, data)
	}
	for _, entry := range entries {
		if err := p.edge.add(entry, write); err != nil {
			return fmt.Errorf("publish audit entries: %w", err)
		}
	}
	if err := p.writePartial(old, write); err != nil {
		return fmt.Errorf("publish audit entries: %w", err)
	}
	for dir := range dirs {
		if err := syncDir(dir); err != nil {
			return fmt.Errorf("publish audit entries: %w", err)
		}
	}
	if err := p.sign(); err != nil {
		return err
	}
	return p.removePartial(full)
}

// writePartial writes the unfinished tiles that differ from those of the tree
// of size old.
func (p *publisher) writePartial(old int64, write func(tlog.Tile, []byte) error) error {
	for _, t := range tlog.NewTiles(tileHeight, old, p.edge.size) {
		if t.W == tileWidth {
			continue
		}
		if err := write(t, p.edge.levels[t.L]); err != nil {
			return err
		}
		if t.L > 0 {
			continue
		}
		if err := write(tileAt(entryLevel, t.N, t.W), p.edge.bundle); err != nil {
			return err
		}
	}
	return nil
}

// sign writes the checkpoint of the present tree, in the log and apart from it.
func (p *publisher) sign() error {
	root, err := p.edge.root()
	if err != nil {
		return fmt.Errorf("hash audit tree: %w", err)
	}
	head, err := signCheckpoint(p.signer, p.edge.size, root)
	if err != nil {
		return err
	}
	for _, path := range []string{p.store.path(checkpointFile), p.remembered} {
		if err := replaceFile(path, head.Note); err != nil {
			return fmt.Errorf("write audit checkpoint: %w", err)
		}
	}
	return nil
}

// removePartial removes the partial tiles that full ones have replaced.
func (p *publisher) removePartial(full []tlog.Tile) error {
	for _, t := range full {
		if err := os.RemoveAll(p.store.path(tileName(t)) + ".p"); err != nil {
			return fmt.Errorf("remove partial audit tiles: %w", err)
		}
	}
	return nil
}
