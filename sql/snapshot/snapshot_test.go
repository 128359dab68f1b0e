package snapshot_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// home is a directory with build files of two compartments.
type home struct {
	snapshot.Store
	t         *testing.T
	dir       string
	clock     time.Time
	revisions map[string]int
	release   []byte
}

func newHome(t *testing.T) *home {
	t.Helper()
	h := &home{t: t, dir: t.TempDir(), clock: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), revisions: map[string]int{}}
	h.Store = snapshot.In(h.dir)
	for _, d := range []string{"snapshots", "build"} {
		if err := os.Mkdir(filepath.Join(h.dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	h.change("core", "CREATE TABLE b.school (id INTEGER, name VARCHAR, _batch INTEGER); INSERT INTO b.school VALUES (1, 'One', 1), (2, 'Two', 1)")
	h.change("vault", "CREATE TABLE b.person (id INTEGER, _batch INTEGER); INSERT INTO b.person VALUES (1, 1)")
	return h
}

func (h *home) build(compartment string) string {
	return filepath.Join(h.dir, "build", compartment+".duckdb")
}

// change runs statements on a build file, attached as b.
func (h *home) change(compartment, stmts string) {
	h.t.Helper()
	h.sql(h.build(compartment), duck.ReadWrite, func(ctx context.Context, q duck.Querier) {
		if _, err := q.ExecContext(ctx, stmts); err != nil {
			h.t.Fatal(err)
		}
	})
	h.revisions[compartment]++
}

func (h *home) sql(file string, access duck.Access, f func(context.Context, duck.Querier)) {
	h.t.Helper()
	ctx := context.Background()
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // test
	if err := duck.Attach(ctx, db.SQL(), file, "b", access); err != nil {
		h.t.Fatal(err)
	}
	f(ctx, db.SQL())
}

// publish publishes the build as the loader does.
func (h *home) publish() *snapshot.Manifest {
	h.t.Helper()
	h.clock = h.clock.Add(time.Hour)
	m := &snapshot.Manifest{Format: snapshot.Format, CreatedAt: h.clock, Program: "test", Engine: "test"}
	for compartment, table := range map[string]string{"core": "school", "vault": "person"} {
		c := snapshot.Compartment{Name: compartment, File: compartment + ".duckdb", Revision: strconv.Itoa(h.revisions[compartment])}
		h.sql(h.build(compartment), duck.ReadOnly, func(ctx context.Context, q duck.Querier) {
			t := snapshot.Table{Name: table, ContractDigest: "x"}
			if err := q.QueryRowContext(ctx, "SELECT count(*) FROM b.main."+table).Scan(&t.Rows); err != nil {
				h.t.Fatal(err)
			}
			c.Tables = []snapshot.Table{t}
		})
		m.Compartments = append(m.Compartments, c)
	}
	slices.SortFunc(m.Compartments, func(a, b snapshot.Compartment) int { return strings.Compare(a.Name, b.Name) })
	current, _, err := h.Current()
	if err == nil {
		err = h.Publish(m, h.build, current, h.release)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

func (h *home) current() string {
	h.t.Helper()
	m, ok, err := h.Current()
	if err != nil {
		h.t.Fatal(err)
	}
	if !ok {
		return ""
	}
	return m.ID
}

// problems verifies a snapshot.
func (h *home) problems(m *snapshot.Manifest) string {
	h.t.Helper()
	findings, err := h.Verify(context.Background(), m)
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, f := range findings {
		if f.Problem != "" {
			out = append(out, f.Compartment+" "+f.Problem)
		}
	}
	return strings.Join(out, "; ")
}

func inode(t *testing.T, path string) uint64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Ino //nolint:errcheck,forcetypeassert // on unix it is
}

func TestPublishSharesWhatDidNotChange(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	if h.current() != "" {
		t.Error("a new home has a current snapshot")
	}
	first := h.publish()
	h.change("core", "INSERT INTO b.school VALUES (3, 'Three', 2)")
	second := h.publish()
	if h.current() != second.ID || h.problems(first) != "" || h.problems(second) != "" {
		t.Errorf("current %s; %s; %s", h.current(), h.problems(first), h.problems(second))
	}
	for file, shared := range map[string]bool{"vault.duckdb": true, "core.duckdb": false} {
		if same := inode(t, h.Path(first.ID, file)) == inode(t, h.Path(second.ID, file)); same != shared {
			t.Errorf("%s: same inode %t, want %t", file, same, shared)
		}
	}
	if inode(t, h.build("core")) == inode(t, h.Path(second.ID, "core.duckdb")) {
		t.Error("the snapshot is the build file")
	}
	for _, file := range []string{"core.duckdb", "manifest.json"} {
		if info, err := os.Stat(h.Path(second.ID, file)); err != nil || info.Mode().Perm() != 0o400 {
			t.Errorf("%s: mode %v, %v", file, info.Mode(), err)
		}
	}
	if got, err := h.Get(second.ID); err != nil || got.Rows() != 4 || got.Bytes() != second.Bytes() || !got.SameContent(second) || got.SameContent(first) {
		t.Errorf("manifest %+v, %v", got, err)
	}
}

// A changed byte anywhere in a file shows.
func TestVerifyFindsEveryByte(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	m := h.publish()
	path := h.Path(m.ID, "vault.duckdb")
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 1, 4095, len(data) / 3, len(data) / 2, len(data) - 1} {
		spoilt := slices.Clone(data)
		spoilt[at] ^= 1
		if err := os.WriteFile(path, spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := h.problems(m); !strings.HasPrefix(got, "vault was altered") || h.Intact(m) {
			t.Errorf("byte %d: %q, intact %t", at, got, h.Intact(m))
		}
	}
	for name, spoilt := range map[string][]byte{"cut": data[:len(data)-1], "longer": append(slices.Clone(data), 0), "empty": {}} {
		if err := os.WriteFile(path, spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := h.problems(m); !strings.HasPrefix(got, "vault was altered") {
			t.Errorf("%s: %q", name, got)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := h.problems(m); !strings.HasPrefix(got, "vault cannot be read") || h.Intact(m) {
		t.Errorf("missing: %q", got)
	}
}

// The identifier vouches for the whole manifest.
func TestAlteredManifests(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	m := h.publish()
	path := h.Path(m.ID, "manifest.json")
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{
		`"rows": 2`: `"rows": 3`, `"program": "test"`: `"program": "best"`, m.Compartments[0].SHA256: m.Compartments[1].SHA256,
		m.ID: strings.Replace(m.ID, "2026", "2025", 1), `"format": 1`: `"format": 2`, "{": "[",
	} {
		if err := os.WriteFile(path, []byte(strings.Replace(string(good), from, to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Get(m.ID); policy.CodeOf(err) != policy.Failed {
			t.Errorf("%s for %s: %v", to, from, err)
		}
		if _, _, err := h.Current(); err == nil {
			t.Errorf("%s for %s is current", to, from)
		}
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	renamed := "20250101T000000Z" + m.ID[16:]
	if err := os.Rename(filepath.Dir(path), filepath.Join(h.dir, "snapshots", renamed)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Get(renamed); policy.CodeOf(err) != policy.Failed {
		t.Errorf("renamed: %v", err)
	}
	if _, err := h.Get(m.ID); policy.CodeOf(err) != policy.NotFound {
		t.Errorf("gone: %v", err)
	}
	for _, name := range []string{"../build", ".partial-1", "..", "a/b"} {
		if _, err := h.Get(name); policy.CodeOf(err) != policy.Usage {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	first := h.publish()
	h.change("core", "INSERT INTO b.school VALUES (3, 'Three', 2), (4, NULL, 2); DELETE FROM b.school WHERE id = 1; UPDATE b.school SET name = 'Zwei', _batch = 2 WHERE id = 2")
	second := h.publish()
	h.change("core", "UPDATE b.school SET _batch = 3; CREATE TABLE b.course (id INTEGER, _batch INTEGER)")
	third := h.publish()
	keys := func(string) []string { return []string{"id"} }
	for _, c := range []struct {
		from, to *snapshot.Manifest
		want     snapshot.Change
	}{
		{first, second, snapshot.Change{Dataset: "school", Before: 2, After: 3, Added: 2, Removed: 1, Changed: 1}},
		{second, first, snapshot.Change{Dataset: "school", Before: 3, After: 2, Added: 1, Removed: 2, Changed: 1}},
		{second, third, snapshot.Change{Dataset: "school", Before: 3, After: 3}}, // the batch is no value
		{third, third, snapshot.Change{Dataset: "school", Before: 3, After: 3}},
	} {
		got, err := h.Diff(context.Background(), c.from, c.to, keys)
		if err != nil {
			t.Fatal(err)
		}
		if want := []snapshot.Change{{Dataset: "person", Before: 1, After: 1}, c.want}; !slices.Equal(got, want) {
			t.Errorf("diff %+v, want %+v", got, want)
		}
	}
}

func TestRollbackAndPrune(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	var all []*snapshot.Manifest
	for i := range 5 {
		h.change("core", fmt.Sprintf("INSERT INTO b.school VALUES (%d, 'More', 2)", 10+i))
		all = append(all, h.publish())
	}
	if err := h.SetCurrent(all[1].ID); err != nil || h.current() != all[1].ID {
		t.Fatalf("current %s, %v", h.current(), err)
	}
	if err := h.SetCurrent("20200101T000000Z-0123456789abcdef"); policy.CodeOf(err) != policy.NotFound {
		t.Errorf("error %v", err)
	}
	if err := h.Remove(all[1].ID); policy.CodeOf(err) != policy.Usage {
		t.Errorf("removed the current snapshot: %v", err)
	}
	removed, err := h.Prune(2, time.Time{}, false)
	if err != nil || ids(removed) != ids([]*snapshot.Manifest{all[0], all[2]}) {
		t.Errorf("removed %s, %v", ids(removed), err)
	}
	removed, err = h.Prune(9, all[4].CreatedAt, true)
	if err != nil || ids(removed) != ids([]*snapshot.Manifest{all[3]}) {
		t.Errorf("removed %s, %v", ids(removed), err)
	}
	left, err := h.List()
	if err != nil || ids(left) != ids([]*snapshot.Manifest{all[1], all[4]}) {
		t.Errorf("left %s, %v", ids(left), err)
	}
	for _, m := range left { // they shared files with those that are gone
		if p := h.problems(m); p != "" {
			t.Error(p)
		}
	}
}

func ids(all []*snapshot.Manifest) string {
	var out []string
	for _, m := range all {
		out = append(out, m.ID)
	}
	return strings.Join(out, " ")
}

// What a crash leaves is never listed and is swept away.
func TestSweep(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	m := h.publish()
	for _, name := range []string{".partial-123", ".partial-" + m.ID} {
		dir := filepath.Join(h.dir, "snapshots", name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "core.duckdb"), nil, 0o400); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := h.List(); err != nil || ids(all) != m.ID {
		t.Errorf("listed %s, %v", ids(all), err)
	}
	if err := h.Sweep(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(h.dir, "snapshots", ".*")); err != nil || len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// A publish that fails leaves the current snapshot and no traces.
func TestFailedPublish(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	m := h.publish()
	next := &snapshot.Manifest{Format: snapshot.Format, CreatedAt: h.clock.Add(time.Hour), Compartments: []snapshot.Compartment{
		{Name: "core", File: "core.duckdb", Revision: "other"}, {Name: "absent", File: "absent.duckdb"},
	}}
	if err := h.Publish(next, h.build, m, nil); err == nil || !strings.Contains(err.Error(), "compartment absent") {
		t.Errorf("error %v", err)
	}
	entries, err := os.ReadDir(filepath.Join(h.dir, "snapshots"))
	if err != nil || len(entries) != 1 || h.current() != m.ID {
		t.Errorf("%v, current %s, %v", entries, h.current(), err)
	}
}

// What readers may know of the marts outlives the snapshot that showed it.
func TestReleases(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	var want []string
	for _, release := range []string{`{"tables":[1]}`, `{"tables":[2]}`} {
		h.release = []byte(release)
		h.change("core", "INSERT INTO b.school VALUES (7, 'More', 2)")
		h.publish()
		want = append(want, release)
	}
	h.release = nil
	h.change("core", "INSERT INTO b.school VALUES (8, 'More', 2)")
	h.publish()
	if _, err := h.Prune(1, time.Time{}, false); err != nil {
		t.Fatal(err)
	}
	got, err := h.Releases("")
	if err != nil || len(got) != 2 || string(got[0]) != want[0] || string(got[1]) != want[1] {
		t.Errorf("releases %s, %v", got, err)
	}
	h.release = []byte(want[1])
	h.change("core", "INSERT INTO b.school VALUES (9, 'More', 2)")
	m := h.publish()
	path := h.Path(m.ID, snapshot.ReleaseFile)
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte(want[0]), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Releases(""); policy.CodeOf(err) != policy.Failed || h.Intact(m) || !strings.Contains(h.problems(m), "altered") {
		t.Errorf("an altered release: %v", err)
	}
}

// Relations of marts have their own keys, of which parts may be NULL, and bear
// the name of their mart where others have parts of them.
func TestDiffOfMarts(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	derived := &snapshot.Derived{Part: true, Key: []string{"school"}}
	var all []*snapshot.Manifest
	for i, stmts := range []string{
		"CREATE TABLE b.metric_value (school VARCHAR, value DOUBLE); INSERT INTO b.metric_value VALUES (NULL, 1), ('a', 2)",
		"UPDATE b.metric_value SET value = 3 WHERE school IS NULL; INSERT INTO b.metric_value VALUES ('b', 1)",
	} {
		h.change("mart_core", stmts)
		m := &snapshot.Manifest{Format: snapshot.Format, CreatedAt: h.clock.Add(time.Duration(i) * time.Hour), Compartments: []snapshot.Compartment{{
			Name: "mart_core", File: "mart_core.duckdb", Revision: strconv.Itoa(i), Tables: []snapshot.Table{{Name: "metric_value", Rows: int64(2 + i), Derived: derived}},
		}}}
		if err := h.Publish(m, h.build, nil, nil); err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	none := func(string) []string { return nil }
	got, err := h.Diff(context.Background(), all[0], all[1], none)
	want := snapshot.Change{Dataset: "metric_value of mart_core", Before: 2, After: 3, Added: 1, Changed: 1}
	if err != nil || !slices.Equal(got, []snapshot.Change{want}) {
		t.Errorf("%+v, %v", got, err)
	}
	gone, err := h.Diff(context.Background(), all[1], &snapshot.Manifest{ID: "x"}, none)
	if err != nil || !slices.Equal(gone, []snapshot.Change{{Dataset: "metric_value of mart_core", Before: 3, Removed: 3}}) {
		t.Errorf("%+v, %v", gone, err)
	}
}
