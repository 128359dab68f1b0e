package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Publish makes a snapshot of build files and makes it current. The manifest
// comes without hashes, sizes and identifier. A compartment whose content is
// that of the previous snapshot shares its file. Release, if not empty, is kept
// beside them. Until the last step, a rename, readers see the previous snapshot,
// and a crash leaves what Sweep removes, or a whole snapshot that is not yet
// current.
func (s Store) Publish(m *Manifest, build func(compartment string) string, previous *Manifest, release []byte) (err error) {
	dir, err := os.MkdirTemp(s.dir, partial)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("publish: %w", err), os.RemoveAll(dir))
		}
	}()
	for i := range m.Compartments {
		c := &m.Compartments[i]
		if err := s.place(c, dir, build(c.Name), previous); err != nil {
			return fmt.Errorf("compartment %s: %w", c.Name, err)
		}
	}
	if len(release) > 0 {
		sum := sha256.Sum256(release)
		m.Release = &File{Name: ReleaseFile, SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(release))}
		if err := writeSynced(filepath.Join(dir, ReleaseFile), release, 0o400); err != nil {
			return err
		}
	}
	if err := m.seal(); err != nil {
		return err
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := writeSynced(filepath.Join(dir, manifestFile), append(data, '\n'), 0o400); err != nil {
		return err
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	final := filepath.Join(s.dir, m.ID)
	if err := os.Rename(dir, final); err != nil {
		return err
	}
	if err := syncDir(s.dir); err != nil {
		return err
	}
	return s.SetCurrent(m.ID)
}

// place puts a compartment's file into the new snapshot: a hard link when the
// previous snapshot has the same content, else a copy.
func (s Store) place(c *Compartment, dir, build string, previous *Manifest) error {
	target := filepath.Join(dir, c.File)
	if c.In(previous) {
		old, _ := previous.Compartment(c.Name)
		c.SHA256, c.Bytes = old.SHA256, old.Bytes
		return os.Link(s.Path(previous.ID, old.File), target)
	}
	if err := cloneFile(build, target); err != nil {
		return err
	}
	var err error
	if c.SHA256, c.Bytes, err = hashFile(target); err != nil {
		return err
	}
	return os.Chmod(target, 0o400)
}

// cloneFile copies a file durably. io.Copy between files lets the kernel share
// blocks where the file system can.
func cloneFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // read only
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if reflink(out, in) != nil {
		if _, err := io.Copy(out, in); err != nil {
			return err
		}
	}
	return out.Sync()
}

func hashFile(path string) (sum string, n int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close() //nolint:errcheck // read only
	h := sha256.New()
	n, err = io.CopyBuffer(h, f, make([]byte, 1<<20))
	return hex.EncodeToString(h.Sum(nil)), n, err
}

func writeSynced(path string, data []byte, mode os.FileMode) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

func syncDir(dir string) (err error) {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}
