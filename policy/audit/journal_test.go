package audit

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// A journal cut or garbled anywhere gives back the frames before the harm, and
// never says less without saying so: harm before an intact frame is an error.
func TestJournalHarm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var image []byte
		var ends []int // offset after each frame
		var frames [][][]byte
		first := int64(rapid.IntRange(1, 1000).Draw(t, "first"))
		next := first
		for range rapid.IntRange(1, 5).Draw(t, "frames") {
			entries := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 1, 40), 1, 4).Draw(t, "entries")
			var payload []byte
			for _, e := range entries {
				payload = appendEntry(payload, e)
			}
			frames = append(frames, entries)
			image = appendFrame(image, next, payload)
			ends = append(ends, len(image))
			next += int64(len(entries))
		}
		// What an earlier use of the file left behind it.
		image = appendFrame(image, 0, appendEntry(nil, []byte("stale")))

		harmed := rapid.IntRange(0, len(frames)-1).Draw(t, "harmed")
		start := append([]int{0}, ends...)[harmed]
		at := rapid.IntRange(start, ends[harmed]-1).Draw(t, "at")
		image[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")

		path := filepath.Join(dir, "journal")
		if err := os.WriteFile(path, append(image, make([]byte, 4096)...), filePerm); err != nil {
			t.Fatal(err)
		}
		j, err := openJournal(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = j.f.Close() }()
		got, err := j.read(first)
		if harmed < len(frames)-1 {
			if err == nil {
				t.Fatalf("frame %d of %d harmed, and %d entries read without an error", harmed, len(frames), len(got.entries))
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var want [][]byte
		for _, entries := range frames[:harmed] {
			want = append(want, entries...)
		}
		if !bytes.Equal(bytes.Join(got.entries, []byte("|")), bytes.Join(want, []byte("|"))) {
			t.Fatalf("read %q, want %q", got.entries, want)
		}
	})
}

// Power loss in the midst of a publication leaves any of the files written so
// far that were not synced in order: tiles in any subset, the checkpoint only
// after all of them, the remembered one only after that.
func TestPublicationCutShort(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	l := open(t, p)
	fill(t, l, 0, 200)
	for i := range 400 {
		if _, err := l.Append(t.Context(), decision(200+i)); err != nil {
			t.Fatal(err)
		}
	}
	before := clone(t, p) // 400 entries are in a journal alone
	if err := l.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := clone(t, p)
	names := files(t, after)[1:]
	for round := range uint64(20) {
		cut, random := clone(t, before), rand.New(rand.NewPCG(round, 0))
		stage := round % 4 // 2: the checkpoint is written too; 3: the remembered one as well
		for _, name := range names {
			if stage > 1 || random.IntN(2) == 0 {
				copyFile(t, after.Dir, cut.Dir, name)
			}
		}
		if stage > 1 {
			copyFile(t, after.Dir, cut.Dir, checkpointFile)
		}
		if stage > 2 {
			copyFile(t, filepath.Dir(after.Remembered), filepath.Dir(cut.Remembered), filepath.Base(cut.Remembered))
		}
		l, err := Open(cut, Options{Holder: "test"})
		if err != nil {
			t.Fatal(err)
		}
		if index, err := l.Append(t.Context(), decision(600)); err != nil || index != 600 {
			t.Fatalf("append after recovery: index %d, %v", index, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		// The remembered checkpoint of the uninterrupted log must still hold.
		if _, err := reader(t, cut).Verify(t.Context(), after.Remembered); err != nil {
			t.Fatal(err)
		}
		for record, err := range reader(t, cut).All(t.Context()) {
			want := fmt.Sprintf(`"decision_id":"d-%06d"`, record.Index)
			if err != nil || !bytes.Contains(record.Raw, []byte(want)) {
				t.Fatalf("entry %d: %v", record.Index, err)
			}
		}
	}
}

func copyFile(t *testing.T, from, to, name string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(from, filepath.FromSlash(name)))
	to = filepath.Join(to, filepath.FromSlash(name))
	if err := errors.Join(err, os.MkdirAll(filepath.Dir(to), dirPerm), os.WriteFile(to, data, filePerm)); err != nil {
		t.Fatal(err)
	}
}
