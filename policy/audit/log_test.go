package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

func TestAppendReadBack(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	l := open(t, p)
	const n = 600 // two full bundles and a partial one
	for i := range n {
		index, err := l.Append(t.Context(), decision(i))
		if err != nil || index != int64(i) {
			t.Fatalf("append %d: index %d, %v", i, index, err)
		}
	}
	if err := l.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := reader(t, p)
	i := 0
	for record, err := range r.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		want, err := encode(decision(i))
		if err != nil {
			t.Fatal(err)
		}
		if record.Index != int64(i) || string(record.Raw) != string(want) {
			t.Fatalf("entry %d: got %d %s, want %s", i, record.Index, record.Raw, want)
		}
		i++
	}
	if i != n {
		t.Fatalf("%d entries, want %d", i, n)
	}
	report, err := r.Verify(t.Context(), p.Remembered)
	if err != nil || report.Checkpoint.Size != n || report.Remembered != n {
		t.Fatalf("verify: %+v, %v", report, err)
	}
}

// Many writers, with publications going on: each acknowledged index holds the
// entry it was given for, and the log verifies throughout.
func TestConcurrentAppend(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	l, err := Open(p, Options{Holder: "test", Publish: 1})
	if err != nil {
		t.Fatal(err)
	}
	const writers, each = 16, 100
	var got sync.Map
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				e := decision(w*each + i)
				index, err := l.Append(t.Context(), e)
				if err != nil {
					t.Error(err)
					return
				}
				if _, taken := got.LoadOrStore(index, e.DecisionID); taken {
					t.Errorf("index %d given twice", index)
				}
			}
		})
	}
	r := reader(t, p)
	for range 20 {
		if _, err := r.Verify(t.Context(), ""); err != nil {
			t.Error(err)
		}
	}
	group.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if report, err := r.Verify(t.Context(), p.Remembered); err != nil || report.Checkpoint.Size != writers*each {
		t.Fatalf("verify: %+v, %v", report, err)
	}
	for record, err := range r.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		e, err := record.Entry()
		if id, _ := got.Load(record.Index); err != nil || id != e.DecisionID {
			t.Fatalf("index %d holds %s, %v; %v was told so", record.Index, e.DecisionID, err, id)
		}
	}
}

// More than both journals hold, so that they are used in turn.
func TestJournalsWrapAround(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	l := open(t, p)
	const n = 4 * journalSize / (60 << 10)
	e := decision(0)
	e.Attributes = map[string]string{"detail": strings.Repeat("x", 59<<10)}
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			if _, err := l.Append(t.Context(), e); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if report, err := reader(t, p).Verify(t.Context(), p.Remembered); err != nil || report.Checkpoint.Size != n {
		t.Fatalf("verify: %+v, %v", report, err)
	}
}

func TestOneWriter(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	l := open(t, p)
	_, err := Open(p, Options{Holder: "second"})
	if policy.CodeOf(err) != policy.Busy || !strings.Contains(err.Error(), fmt.Sprintf("test (process %d)", os.Getpid())) {
		t.Fatalf("second open: %v", err)
	}
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(t.Context(), decision(0)); policy.CodeOf(err) != policy.Failed {
		t.Fatalf("append after close: %v", err)
	}
	if err := l.Publish(t.Context()); policy.CodeOf(err) != policy.Failed {
		t.Fatalf("publish after close: %v", err)
	}
	open(t, p)
}

// A log that cannot be written says so, goes on saying so, and is whole when
// it is opened again.
func TestFailedStays(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	l := open(t, p)
	fill(t, l, 0, 10)
	tiles, aside := filepath.Join(p.Dir, "tile", "entries", "000.p"), filepath.Join(p.Dir, "aside")
	if err := os.Rename(tiles, aside); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(tiles, nil, filePerm); err != nil { // a file where a directory belongs
		t.Fatal(err)
	}
	if _, err := l.Append(t.Context(), decision(10)); err != nil {
		t.Fatal(err)
	}
	if err := l.Publish(t.Context()); policy.CodeOf(err) != policy.Failed {
		t.Fatalf("publish: %v", err)
	}
	for range 3 {
		if _, err := l.Append(t.Context(), decision(11)); policy.CodeOf(err) != policy.Failed {
			t.Fatalf("append to a failed log: %v", err)
		}
	}
	if err := l.Close(); policy.CodeOf(err) != policy.Failed {
		t.Fatalf("close of a failed log: %v", err)
	}
	if err := errors.Join(os.Remove(tiles), os.Rename(aside, tiles), open(t, p).Close()); err != nil {
		t.Fatal(err)
	}
	if report, err := reader(t, p).Verify(t.Context(), p.Remembered); err != nil || report.Checkpoint.Size != 11 {
		t.Fatalf("after opening again: %+v, %v", report, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		harm func(p Paths) error
		want string
	}{
		"no log":         {func(p Paths) error { return os.RemoveAll(p.Dir) }, "there is no audit log"},
		"no remembered":  {func(p Paths) error { return os.Remove(p.Remembered) }, "is missing; restore it"},
		"no journal":     {func(p Paths) error { return os.Remove(journalPath(p.Dir, 1)) }, "no such file"},
		"no key":         {func(p Paths) error { return os.Remove(p.Key) }, "audit key"},
		"no last bundle": {func(p Paths) error { return os.RemoveAll(filepath.Join(p.Dir, "tile/entries/001.p")) }, "entries/001.p/44"},
		"checkpoint unsigned": {func(p Paths) error {
			return os.WriteFile(filepath.Join(p.Dir, "checkpoint"), []byte("x\n0\n\n"), filePerm)
		}, "checkpoint"},
		"last tile set to nil": {func(p Paths) error {
			return os.WriteFile(filepath.Join(p.Dir, "tile/0/001.p/44"), make([]byte, 44*32), filePerm)
		}, "does not match"},
	}
	base := filled(t, 300)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := clone(t, base)
			if err := test.harm(p); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(p, Options{Holder: "test"}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestOpenRefusesRollback(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	l := open(t, p)
	fill(t, l, 0, 20)
	old := clone(t, p)
	fill(t, l, 20, 20)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	old.Remembered = p.Remembered
	if _, err := Open(old, Options{Holder: "test"}); err == nil || !strings.Contains(err.Error(), "has 20 entries and had 40") {
		t.Fatalf("open of an older copy: %v", err)
	}
	// The copy goes on by itself and becomes longer than what is remembered.
	fork := clone(t, old)
	l = open(t, fork)
	fill(t, l, 1000, 60)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	fork.Remembered = p.Remembered
	if _, err := Open(fork, Options{Holder: "test"}); err == nil || !strings.Contains(err.Error(), "not those that were remembered") {
		t.Fatalf("open of a fork: %v", err)
	}
}

func TestAppendCanceled(t *testing.T) {
	t.Parallel()
	p := newLog(t)
	l := open(t, p)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Append(ctx, decision(0)); policy.CodeOf(err) != policy.Canceled {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if head, err := reader(t, p).Head(); err != nil || head.Size != 0 {
		t.Fatalf("%d entries, %v", head.Size, err)
	}
}
