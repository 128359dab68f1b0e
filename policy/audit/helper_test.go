package audit

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// newLog makes an empty log in a home of the test's own.
func newLog(t testing.TB) Paths {
	t.Helper()
	p := Home(t.TempDir())
	if _, err := Init(p, "weir.example.org/audit", rand.Reader); err != nil {
		t.Fatal(err)
	}
	return p
}

func open(t testing.TB, p Paths) *Log {
	t.Helper()
	l, err := Open(p, Options{Holder: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func reader(t testing.TB, p Paths) *Reader {
	t.Helper()
	key, err := p.Verifier()
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(p.Dir, key)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func verifier(t testing.TB, p Paths) note.Verifier {
	t.Helper()
	key, err := p.Verifier()
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// decision returns the i-th of a sequence of distinct entries, of the size
// that a statement's has.
func decision(i int) Entry {
	return Entry{
		Timestamp: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Second), Kind: KindDecision,
		DecisionID: fmt.Sprintf("d-%06d", i), Session: "s-17", RequestedBy: "10.0.0.7:51234",
		Principal: fmt.Sprintf("person-%d", i%7), Roles: []string{"researcher"}, Purpose: []string{"research", "privacy_audit"}[i%2],
		Agreement: "agreement-3", Door: "pgwire", Snapshot: "2026-08-31T02-00-00Z", PolicyRevision: "b1946ac92492d234",
		ProgramVersion: "1.0.0", Verdict: []string{"allow", "allow", "deny"}[i%3], Reasons: []string{"granted by agreement-3"},
		Rules: []string{"data.weir.researcher.allow"}, Datasets: []string{"pd_engagement"},
		Columns:     []string{"pd_engagement.teacher_key", "pd_engagement.minutes"},
		Fingerprint: "SELECT teacher_key, sum(minutes) FROM pd_engagement WHERE program_id = ? GROUP BY teacher_key",
		Path:        "weir/scope", Bundles: map[string]Bundle{"weir": {Revision: "b1946ac92492d234"}},
		Labels: map[string]string{"app": "weir"}, Input: map[string]any{"principal": fmt.Sprintf("person-%d", i%7), "purpose": "research"},
		Result: map[string]any{"allow": true}, Metrics: map[string]int64{"timer_rego_query_eval_ns": 81234},
	}
}

// fill appends n entries in order and publishes them.
func fill(t testing.TB, l *Log, from, n int) {
	t.Helper()
	for i := range n {
		if _, err := l.Append(t.Context(), decision(from+i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// filled returns a closed log of n entries, published in two parts.
func filled(t testing.TB, n int) Paths {
	t.Helper()
	p := newLog(t)
	l := open(t, p)
	fill(t, l, 0, n/2)
	fill(t, l, n/2, n-n/2)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return p
}

// clone copies a log with its key and remembered checkpoint.
func clone(t testing.TB, p Paths) Paths {
	t.Helper()
	from, home := filepath.Dir(p.Dir), t.TempDir()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		to := filepath.Join(home, name)
		// The journals' zeros are left as a hole, which spares the disk.
		return errors.Join(os.MkdirAll(filepath.Dir(to), dirPerm),
			os.WriteFile(to, bytes.TrimRight(data, "\x00"), filePerm), os.Truncate(to, int64(len(data))))
	})
	if err != nil {
		t.Fatal(err)
	}
	return Home(home)
}
