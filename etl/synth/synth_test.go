package synth_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/weir-warehouse/weir/etl/synth"
	"github.com/weir-warehouse/weir/sql/duck"
)

func open(t *testing.T, threads int) *duck.DB {
	t.Helper()
	db, err := duck.Open(context.Background(), duck.Options{
		Threads: threads, MemoryLimit: "2GB", TempDirectory: filepath.Join(t.TempDir(), "spill"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func generate(t *testing.T, threads int, o synth.Options) (string, synth.Truth) {
	t.Helper()
	o.Out = filepath.Join(t.TempDir(), "district")
	truth, err := synth.Generate(t.Context(), open(t, threads).SQL(), o)
	if err != nil {
		t.Fatal(err)
	}
	return o.Out, truth
}

// hashes returns the SHA-256 of each file under dir.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		sum := sha256.Sum256(data)
		sums[name] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	o := synth.Options{Districts: 2, Schools: 3, Teachers: 1500, Years: 2, Seed: 7, Mess: true}
	one, _ := generate(t, 1, o)
	four, _ := generate(t, 4, o)
	want, got := hashes(t, one), hashes(t, four)
	if len(want) < 34 {
		t.Fatalf("got %d files, want at least 34", len(want))
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if want[name] != got[name] {
			t.Errorf("%s differs between 1 thread and 4", name)
		}
	}
	o.Seed = 8
	other, _ := generate(t, 4, o)
	if hashes(t, other)["teacher.csv"] == want["teacher.csv"] {
		t.Error("another seed gives the same teachers")
	}
}

// TestDistrict looks at one district from all sides: shape, references, and
// whether what was planted can be found.
func TestDistrict(t *testing.T) {
	t.Parallel()
	dir, truth := generate(t, 2, synth.Options{Districts: 2, Schools: 8, Teachers: 3000, Years: 3, Seed: 11})
	db := panel(t, dir)
	headers(t, db, truth)
	references(t, db, truth)
	counted(t, db, dir, truth)
	recoverPlanted(t, db, truth)
	adjust(t, db, truth)
}
