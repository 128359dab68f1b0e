package etl_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// published is a warehouse whose clock runs an hour a publish.
type published struct {
	*warehouse
	snapshot.Store
	hours int
}

func newPublished(t *testing.T) *published {
	t.Helper()
	w := newWarehouse(t)
	p := &published{warehouse: w, Store: snapshot.In(w.Home.Dir)}
	start := w.Now()
	w.Now = func() time.Time { return start.Add(time.Duration(p.hours) * time.Hour) }
	p.loadOne(p.file("district.csv", districtHeader, "d1,First,0100001,TN"))
	return p
}

func (p *published) publish(wantFresh bool) *snapshot.Manifest {
	p.t.Helper()
	p.hours++
	m, fresh, err := p.Loader.Publish(context.Background())
	if err != nil {
		p.t.Fatal(err)
	}
	current, ok, err := p.Current()
	if err != nil || !ok || current.ID != m.ID || fresh != wantFresh {
		p.t.Fatalf("published %s (%t), current is %v, %v", m.ID, fresh, current, err)
	}
	findings, err := p.Verify(context.Background(), m)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range findings {
		if f.Problem != "" {
			p.t.Errorf("%s: %s", f.Compartment, f.Problem)
		}
	}
	return m
}

func (p *published) damage(m *snapshot.Manifest, file string) {
	p.t.Helper()
	path := p.Path(m.ID, file)
	data, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.Chmod(path, 0o600); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func TestPublishWithNothingNew(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	first := p.publish(true)
	p.publish(false)
	p.loadOne(p.file("district.csv", districtHeader, "d1,First,0100001,TN")) // the same content
	p.publish(false)
	p.loadOne(p.file("school.csv", "school_id,district_id,name", "s1,d1,One"))
	second := p.publish(true)
	if second.Parent != first.ID || len(second.Batches) != 2 || second.Rows() != 2 {
		t.Errorf("manifest %+v", second)
	}
}

// A reference part has the current rows of datasets about nobody, and nothing
// else; it is made anew when one of those changes.
func TestReferenceParts(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	first := p.publish(true)
	p.loadOne(p.file("staff_identity.csv", "staff_number,family_name", "100,One"))
	p.loadOne(p.file("teacher.csv", "teacher_number,effective_from,role", "100,2024-08-01,teacher"))
	second := p.publish(true)
	p.loadOne(p.file("district.csv", districtHeader, "d1,Second,0100001,TN"))
	third := p.publish(true)
	sum := func(m *snapshot.Manifest, name string) string {
		c, ok := m.Compartment(name)
		if !ok {
			t.Fatalf("%s has no %s", m.ID, name)
		}
		return c.SHA256
	}
	if sum(first, "core") == sum(second, "core") || sum(first, "core_reference") != sum(second, "core_reference") || sum(second, "core_reference") == sum(third, "core_reference") {
		t.Error("the reference part did not follow its datasets alone")
	}
	ctx := context.Background()
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // test
	for name, want := range map[string]string{"core_reference": "main.academic_session main.district main.pd_cost main.pd_program main.school main.section", "formative_reference": "main.data_sharing_event"} {
		if err := duck.Attach(ctx, db.SQL(), p.Path(third.ID, name+".duckdb"), name, duck.ReadOnly); err != nil {
			t.Fatal(err)
		}
		var got string
		if err := db.SQL().QueryRowContext(ctx, "SELECT string_agg(schema_name || '.' || table_name, ' ' ORDER BY table_name) FROM duckdb_tables() WHERE database_name = ?", name).Scan(&got); err != nil || got != want {
			t.Errorf("%s has %s, %v", name, got, err)
		}
	}
	var rows string
	if err := db.SQL().QueryRowContext(ctx, "SELECT string_agg(d::VARCHAR, ' ') FROM core_reference.main.district d").Scan(&rows); err != nil || !strings.Contains(rows, "Second") || strings.Contains(rows, "First") || strings.Contains(rows, "_batch") {
		t.Errorf("rows %s, %v", rows, err)
	}
}

// A crash between the two last renames leaves a snapshot that is not current.
func TestPublishAdoptsWhatACrashLeft(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	first := p.publish(true)
	p.loadOne(p.file("school.csv", "school_id,district_id,name", "s1,d1,One"))
	second := p.publish(true)
	if err := p.SetCurrent(first.ID); err != nil { // as if the second had not come so far
		t.Fatal(err)
	}
	if m := p.publish(true); m.ID != second.ID {
		t.Errorf("published %s, want %s", m.ID, second.ID)
	}
	if err := os.Remove(filepath.Join(p.Home.Dir, "CURRENT")); err != nil {
		t.Fatal(err)
	}
	if m := p.publish(true); m.ID != second.ID {
		t.Errorf("published %s, want %s", m.ID, second.ID)
	}
}

func TestPublishAfterRollback(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	first := p.publish(true)
	p.loadOne(p.file("school.csv", "school_id,district_id,name", "s1,d1,One"))
	p.publish(true)
	if err := p.SetCurrent(first.ID); err != nil {
		t.Fatal(err)
	}
	p.loadOne(p.file("school.csv", "school_id,district_id,name", "s1,d1,One", "s2,d1,Two"))
	if m := p.publish(true); m.Parent != first.ID || m.Rows() != 3 {
		t.Errorf("manifest %+v", m)
	}
}

// Publishing anew repairs what was damaged, wherever the damage is.
func TestPublishRepairs(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	first := p.publish(true)
	p.damage(first, "vault.duckdb") // which the next one would share
	p.loadOne(p.file("school.csv", "school_id,district_id,name", "s1,d1,One"))
	second := p.publish(true)
	p.damage(second, "core.duckdb")
	third := p.publish(true) // though nothing is new
	if err := os.WriteFile(p.Path(third.ID, "manifest.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	fourth := p.publish(true)
	if err := os.WriteFile(filepath.Join(p.Home.Dir, "CURRENT"), []byte("nowhere\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if m := p.publish(true); m.ID != fourth.ID {
		t.Errorf("published %s, want %s", m.ID, fourth.ID)
	}
}

// A build from a backup that has as many transactions as a published one is
// not taken for it.
func TestPublishTellsBuildsApart(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	backup := filepath.Join(t.TempDir(), "build")
	if err := os.CopyFS(backup, os.DirFS(p.Home.Build())); err != nil {
		t.Fatal(err)
	}
	p.loadOne(p.file("school.csv", "school_id,district_id,name", "s1,d1,One"))
	first := p.publish(true)
	if err := os.RemoveAll(p.Home.Build()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(backup, p.Home.Build()); err != nil {
		t.Fatal(err)
	}
	p.loadOne(p.file("school.csv", "school_id,district_id,name", "s9,d1,Other"))
	if m := p.publish(true); m.ID == first.ID {
		t.Error("the other build was taken for the published one")
	}
}

// Who reads a snapshot goes on reading it, whatever is loaded, published and
// pruned.
func TestReadersAreNotDisturbed(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	first := p.publish(true)
	ctx := context.Background()
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // test
	if err := duck.Attach(ctx, db.SQL(), p.Path(first.ID, "core.duckdb"), "core", duck.ReadOnly); err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		if err := db.SQL().QueryRowContext(ctx, "SELECT count(*) FROM core.main.district").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	p.loadOne(p.file("district.csv", districtHeader, "d1,First,0100001,TN", "d2,Second,0100002,TN"))
	if n := count(); n != 1 {
		t.Errorf("%d rows after the load", n)
	}
	p.publish(true)
	if n := count(); n != 1 {
		t.Errorf("%d rows after the publish", n)
	}
	removed, err := p.Prune(1, time.Time{}, false)
	if err != nil || len(removed) != 1 {
		t.Errorf("pruned %v, %v", removed, err)
	}
	if n := count(); n != 1 {
		t.Errorf("%d rows after the prune", n)
	}
}

// What a load could not have written is not published.
func TestPublishChecksIntegrity(t *testing.T) {
	t.Parallel()
	for stmt, want := range map[string]string{
		"INSERT INTO core.main.district SELECT * FROM core.main.district":                                        "1 keys of district stand more than once",
		"INSERT INTO core.main.school (school_id, district_id, name, _batch) VALUES ('s1', 'nowhere', 'One', 1)": "1 rows of school refer by district_id to no district",
	} {
		p := newPublished(t)
		ctx := context.Background()
		db, err := duck.Open(ctx, duck.Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := duck.Attach(ctx, db.SQL(), p.Home.Compartment("core"), "core", duck.ReadWrite); err != nil {
			t.Fatal(err)
		}
		if _, err := db.SQL().ExecContext(ctx, stmt); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.Loader.Publish(ctx); policy.CodeOf(err) != policy.Failed || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
		if _, ok, err := p.Current(); ok || err != nil {
			t.Errorf("published all the same: %v", err)
		}
	}
}

func TestOneWriter(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	if _, ok, err := w.Home.Writer(); ok || err != nil {
		t.Errorf("somebody writes: %v", err)
	}
	first, err := w.Home.Lock("weir load", w.Now())
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Home.Lock("weir publish", w.Now())
	for _, part := range []string{"`weir load`", "process ", "since 2026-11-21T12:00:00Z", w.Home.Dir} {
		if policy.CodeOf(err) != policy.Busy || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v lacks %s", err, part)
		}
	}
	if holder, ok, err := w.Home.Writer(); !ok || err != nil || holder.PID != os.Getpid() {
		t.Errorf("writer %+v, %t, %v", holder, ok, err)
	}
	if err := first.Unlock(); err != nil {
		t.Fatal(err)
	}
	second, err := w.Home.Lock("weir publish", w.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Unlock(); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := w.Home.Writer(); ok || err != nil {
		t.Errorf("somebody still writes: %v", err)
	}
}
