package snapshot

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/policy"
)

const (
	manifestFile = "manifest.json"
	currentFile  = "CURRENT"
	partial      = ".partial-" // prefix of directories that are being written
	releasesDir  = "releases"  // of the home: releases of snapshots that were removed
)

// ReleaseFile is the file of a snapshot with what disclosure control shows of its
// marts.
const ReleaseFile = "release.json"

// Store is the snapshots of a home.
type Store struct {
	home string
	dir  string
}

// In returns the store of a home directory.
func In(home string) Store { return Store{home: home, dir: filepath.Join(home, "snapshots")} }

// Path is where a compartment's file of a snapshot is.
func (s Store) Path(id, file string) string { return filepath.Join(s.dir, id, file) }

// CurrentID names the current snapshot; ok is false before the first is
// published.
func (s Store) CurrentID() (id string, ok bool, err error) {
	data, err := os.ReadFile(filepath.Join(s.home, currentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read %s: %w", currentFile, err)
	}
	return strings.TrimSpace(string(data)), true, nil
}

// Current returns the manifest of the current snapshot; ok is false before the
// first is published.
func (s Store) Current() (m *Manifest, ok bool, err error) {
	id, ok, err := s.CurrentID()
	if err != nil || !ok {
		return nil, false, err
	}
	m, err = s.Get(id)
	return m, err == nil, err
}

// Get returns the manifest of a snapshot.
func (s Store) Get(id string) (*Manifest, error) {
	if id != filepath.Base(id) || strings.HasPrefix(id, ".") {
		return nil, policy.Errorf(policy.Usage, "%q is not the name of a snapshot", id)
	}
	return read(filepath.Join(s.dir, id))
}

// List returns the manifests of all snapshots, oldest first. A snapshot whose
// manifest does not vouch for itself is an error.
func (s Store) List() ([]*Manifest, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}
	var out []*Manifest
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		m, err := s.Get(e.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b *Manifest) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ID, b.ID)) })
	return out, nil
}

// Intact reports whether every file of a snapshot has the hash that it was
// published with.
func (s Store) Intact(m *Manifest) bool {
	for _, c := range m.Compartments {
		if sum, _, err := hashFile(s.Path(m.ID, c.File)); err != nil || sum != c.SHA256 {
			return false
		}
	}
	_, err := s.Release(m)
	return err == nil
}

// Same returns the newest intact snapshot that was made from the same state of
// the build as m, nil when there is none.
func (s Store) Same(m *Manifest) *Manifest {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil
	}
	for _, e := range slices.Backward(entries) { // names begin with the time
		other, err := s.Get(e.Name())
		if err == nil && other.SameContent(m) && s.Intact(other) {
			return other
		}
	}
	return nil
}

// SetCurrent makes a snapshot the current one, by a rename that either
// happens or does not.
func (s Store) SetCurrent(id string) error {
	if _, err := s.Get(id); err != nil {
		return err
	}
	next := filepath.Join(s.home, "."+currentFile)
	if err := writeSynced(next, []byte(id+"\n"), 0o600); err != nil {
		return fmt.Errorf("point %s at %s: %w", currentFile, id, err)
	}
	if err := os.Rename(next, filepath.Join(s.home, currentFile)); err != nil {
		return fmt.Errorf("point %s at %s: %w", currentFile, id, err)
	}
	return syncDir(s.home)
}

// Remove deletes a snapshot that is not current. It is renamed first, so that
// no half-deleted one is ever listed.
func (s Store) Remove(id string) error {
	current, ok, err := s.Current()
	if err != nil {
		return err
	}
	if ok && current.ID == id {
		return policy.Errorf(policy.Usage, "snapshot %s is current and stays", id)
	}
	if err := s.keepRelease(id); err != nil {
		return fmt.Errorf("remove snapshot %s: %w", id, err)
	}
	doomed := filepath.Join(s.dir, partial+id)
	if err := os.Rename(filepath.Join(s.dir, id), doomed); err != nil {
		return fmt.Errorf("remove snapshot %s: %w", id, err)
	}
	return removeTree(doomed)
}

// keepRelease keeps the release of a snapshot that is to be removed: whoever read
// the snapshot knows it still.
func (s Store) keepRelease(id string) error {
	data, err := os.ReadFile(s.Path(id, ReleaseFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	kept := filepath.Join(s.home, releasesDir)
	if err := os.MkdirAll(kept, 0o700); err != nil {
		return err
	}
	return writeSynced(filepath.Join(kept, id+".json"), data, 0o600)
}

// Releases returns the releases of all snapshots that were ever published, up to
// the one named or, without a name, all, oldest first: what readers may know. One
// that its manifest does not vouch for is an error.
func (s Store) Releases(last string) ([][]byte, error) {
	byID := map[string][]byte{}
	kept, err := filepath.Glob(filepath.Join(s.home, releasesDir, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, file := range kept {
		if byID[strings.TrimSuffix(filepath.Base(file), ".json")], err = os.ReadFile(file); err != nil {
			return nil, err
		}
	}
	all, err := s.List()
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if m.Release == nil {
			continue
		}
		if byID[m.ID], err = s.Release(m); err != nil {
			return nil, err
		}
	}
	out := make([][]byte, 0, len(byID))
	for _, id := range slices.Sorted(maps.Keys(byID)) { // ids begin with the time
		if last == "" || id <= last {
			out = append(out, byID[id])
		}
	}
	return out, nil
}

// Release returns what disclosure control shows of a snapshot's marts, as JSON;
// nil when it has none.
func (s Store) Release(m *Manifest) ([]byte, error) {
	if m.Release == nil {
		return nil, nil
	}
	data, err := os.ReadFile(s.Path(m.ID, m.Release.Name))
	if err != nil {
		return nil, fmt.Errorf("read the release of snapshot %s: %w", m.ID, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != m.Release.SHA256 {
		return nil, policy.Errorf(policy.Failed, "snapshot %s: its release was altered; restore it from a backup", m.ID)
	}
	return data, nil
}

// Sweep deletes what a crash left half-written or half-deleted.
func (s Store) Sweep() error {
	left, err := filepath.Glob(filepath.Join(s.dir, partial+"*"))
	if err != nil {
		return err
	}
	for _, dir := range left {
		err = errors.Join(err, removeTree(dir))
	}
	return err
}

// removeTree deletes a directory whose files are read-only.
func removeTree(dir string) error {
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a directory needs its search bit
		return fmt.Errorf("remove %s: %w", filepath.Base(dir), err)
	}
	return os.RemoveAll(dir)
}

// Prune removes all but the newest keep snapshots, and with byAge also those
// made before the given time. The current one stays. It returns what it
// removed, oldest first.
func (s Store) Prune(keep int, before time.Time, byAge bool) ([]*Manifest, error) {
	all, err := s.List()
	if err != nil {
		return nil, err
	}
	current, _, err := s.Current()
	if err != nil {
		return nil, err
	}
	var removed []*Manifest
	for i, m := range all {
		old := i < len(all)-keep || byAge && m.CreatedAt.Before(before)
		if !old || current != nil && m.ID == current.ID {
			continue
		}
		if err := s.Remove(m.ID); err != nil {
			return removed, err
		}
		removed = append(removed, m)
	}
	return removed, nil
}
