package audit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// tamperSize gives two full bundles, a partial one and a level above.
const tamperSize = 700

// fault verifies a log that must not pass and returns what is wrong with it.
func fault(t *rapid.T, r *Reader, remembered string) *Fault {
	t.Helper()
	_, err := r.Verify(t.Context(), remembered)
	f, ok := errors.AsType[*Fault](err)
	if !ok {
		t.Fatalf("verify: %v, want a fault", err)
	}
	return f
}

// files lists the published files of a log by their C2SP names.
func files(t testing.TB, p Paths) []string {
	t.Helper()
	names := []string{checkpointFile}
	err := filepath.WalkDir(filepath.Join(p.Dir, "tile"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(p.Dir, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// rewrite replaces a file for the time of one check.
func rewrite(t *rapid.T, p Paths, name string, data []byte, check func()) {
	t.Helper()
	path := store{dir: p.Dir}.path(name)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(old, data) {
		t.Skip("the same bytes")
	}
	defer func() {
		if err := os.WriteFile(path, old, filePerm); err != nil {
			t.Fatal(err)
		}
	}()
	if data == nil {
		err = os.Remove(path)
	} else {
		err = os.WriteFile(path, data, filePerm)
	}
	if err != nil {
		t.Fatal(err)
	}
	check()
}

// entryAt returns the index of the entry that holds a byte of a bundle.
func entryAt(bundle []byte, offset int) int {
	for i := 0; ; i++ {
		offset -= 2 + int(binary.BigEndian.Uint16(bundle))
		if offset < 0 {
			return i
		}
		bundle = bundle[2+int(binary.BigEndian.Uint16(bundle)):]
	}
}

// current tells whether a file belongs to the last checkpoint's tree; others
// are partial tiles of earlier ones.
func current(name string) bool {
	return !strings.Contains(name, ".p/") || strings.HasSuffix(name, "002.p/188") || strings.HasSuffix(name, "1/000.p/2")
}

// Any byte flipped in any file is found, and an entry's byte is named.
func TestFlipByte(t *testing.T) {
	t.Parallel()
	p := filled(t, tamperSize)
	r, names := reader(t, p), files(t, p)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "file")
		data, err := os.ReadFile(store{dir: p.Dir}.path(name))
		if err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, len(data)-1).Draw(t, "offset")
		flipped := slices.Clone(data)
		flipped[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		rewrite(t, p, name, flipped, func() {
			f := fault(t, r, p.Remembered)
			if f.File != name {
				t.Fatalf("found %v, want file %s", f, name)
			}
			if number, ok := strings.CutPrefix(name, "tile/entries/00"); ok && current(name) {
				want := int64(number[0]-'0')*tileWidth + int64(entryAt(data, at))
				if f.Kind != FaultAltered || f.First != want || f.Last != want {
					t.Fatalf("found %v, want entry %d altered", f, want)
				}
			}
		})
	})
}

// A file that is cut short or removed is found, and the first entry lost is named.
func TestTruncateFile(t *testing.T) {
	t.Parallel()
	p := filled(t, tamperSize)
	r := reader(t, p)
	names := slices.DeleteFunc(files(t, p), func(name string) bool { return !current(name) })
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "file")
		data, err := os.ReadFile(store{dir: p.Dir}.path(name))
		if err != nil {
			t.Fatal(err)
		}
		keep := rapid.IntRange(0, len(data)-1).Draw(t, "keep")
		short := data[:keep]
		if rapid.Bool().Draw(t, "remove") {
			short, keep = nil, 0
		}
		rewrite(t, p, name, short, func() {
			f := fault(t, r, p.Remembered)
			if f.File != name {
				t.Fatalf("found %v, want file %s", f, name)
			}
			if number, ok := strings.CutPrefix(name, "tile/entries/00"); ok {
				want := int64(number[0]-'0')*tileWidth + int64(entryAt(data, keep))
				if (f.Kind != FaultMissing && f.Kind != FaultAltered) || f.First != want || f.Last != want {
					t.Fatalf("found %v, want entry %d", f, want)
				}
			}
		})
	})
}

// Entries dropped, swapped or replaced by a copy of another are found and named.
func TestMoveEntries(t *testing.T) {
	t.Parallel()
	p := filled(t, tamperSize)
	r := reader(t, p)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 2).Draw(t, "bundle")
		bundle := (&verification{head: Checkpoint{Size: tamperSize}}).bundleAt(int64(n))
		data, err := store{dir: p.Dir}.read(bundle)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := splitBundle(data)
		if err != nil {
			t.Fatal(err)
		}
		i := rapid.IntRange(0, len(entries)-2).Draw(t, "i")
		j := rapid.IntRange(i+1, len(entries)-1).Draw(t, "j")
		want, kind := i, FaultReordered
		switch rapid.SampledFrom([]string{"swap", "drop", "copy", "insert"}).Draw(t, "how") {
		case "swap":
			entries[i], entries[j] = entries[j], entries[i]
		case "drop":
			entries, kind = slices.Delete(entries, i, i+1), FaultMissing
		case "copy":
			entries[j], want, kind = entries[i], j, FaultAltered
		case "insert":
			entries = slices.Insert(entries, i, []byte(`{"version":1,"kind":"decision"}`))
		}
		var moved []byte
		for _, e := range entries {
			moved = appendEntry(moved, e)
		}
		rewrite(t, p, tileName(bundle), moved, func() {
			f := fault(t, r, p.Remembered)
			if f.Kind != kind || f.First != int64(n*tileWidth+want) || f.First != f.Last {
				t.Fatalf("found %v, want entry %d %s", f, n*tileWidth+want, kind)
			}
		})
	})
}

// Who changes an entry and the hashes above it, but cannot sign, is found; the
// entry is known as closely as the hashes left alone tell.
func TestRewriteHashes(t *testing.T) {
	t.Parallel()
	base := filled(t, tamperSize)
	for name, test := range map[string]struct {
		levels      []int
		first, last int64
	}{
		"bundle and its tile": {[]int{0}, 256, 511},
		"all tiles above":     {[]int{0, 1}, 0, tamperSize - 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := clone(t, base)
			s := store{dir: p.Dir}
			data, err := s.read(tileAt(entryLevel, 1, tileWidth))
			if err != nil {
				t.Fatal(err)
			}
			data = bytes.Replace(data, []byte("d-000300"), []byte("d-999300"), 1)
			hashes, err := leafHashes(data)
			if err != nil {
				t.Fatal(err)
			}
			above, err := s.read(tileAt(1, 0, 2))
			if err != nil {
				t.Fatal(err)
			}
			root := subtree(hashes)
			copy(above[tlog.HashSize:], root[:])
			forged := []error{writeFile(s.path("tile/entries/001"), data), writeFile(s.path("tile/0/001"), hashes)}
			if len(test.levels) == 2 {
				forged = append(forged, writeFile(s.path("tile/1/000.p/2"), above))
			}
			if err := errors.Join(forged...); err != nil {
				t.Fatal(err)
			}
			_, err = reader(t, p).Verify(t.Context(), "")
			f, ok := errors.AsType[*Fault](err)
			if !ok || f.Kind != FaultRewritten || f.First != test.first || f.Last != test.last {
				t.Fatalf("found %v, want entries %d to %d rewritten", err, test.first, test.last)
			}
		})
	}
}

// An older copy of the log is intact in itself; the remembered checkpoint
// tells. So does it for a copy that went its own way.
func TestRollback(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	l := open(t, p)
	fill(t, l, 0, 300)
	older := clone(t, p)
	fill(t, l, 300, 100)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := reader(t, older)
	if _, err := r.Verify(t.Context(), older.Remembered); err != nil {
		t.Fatal(err)
	}
	_, err := r.Verify(t.Context(), p.Remembered)
	if f, ok := errors.AsType[*Fault](err); !ok || f.Kind != FaultMissing || f.First != 300 || f.Last != 399 {
		t.Fatalf("older copy: %v", err)
	}
	l = open(t, older)
	fill(t, l, 5000, 200)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = r.Verify(t.Context(), p.Remembered)
	if f, ok := errors.AsType[*Fault](err); !ok || f.Kind != FaultRewritten || f.First != 0 || f.Last != 399 {
		t.Fatalf("fork: %v", err)
	}
}
