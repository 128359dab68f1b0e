package etl_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// warehouse is a fresh home with a loader, whose clock stands still.
type warehouse struct {
	*etl.Loader
	t   *testing.T
	dir string // for source files
}

// newWarehouse makes a home with the built-in contracts and further ones.
func newWarehouse(t *testing.T, contracts ...string) *warehouse {
	t.Helper()
	home := etl.Home{Dir: filepath.Join(t.TempDir(), "home")}
	if err := home.Create(); err != nil {
		t.Fatal(err)
	}
	catalog, err := contract.LoadDir("", contracts...)
	if err != nil {
		t.Fatal(err)
	}
	return &warehouse{t: t, dir: t.TempDir(), Loader: &etl.Loader{
		Home: home, Catalog: catalog, RemovalLimit: 0.1, Program: "test",
		Engine: duck.Options{MemoryLimit: "1GB", Threads: 2, TempDirectory: filepath.Join(home.Build(), "spill")},
		Now:    func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) },
	}}
}

// file writes a source file of the given lines.
func (w *warehouse) file(name string, lines ...string) string {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *warehouse) load(o etl.Options, paths ...string) etl.Report {
	w.t.Helper()
	r, err := w.Load(context.Background(), paths, o)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// loadOne loads one file and checks that its counts add up.
func (w *warehouse) loadOne(path string) etl.Outcome {
	w.t.Helper()
	r := w.load(etl.Options{}, path)
	if len(r.Outcomes) != 1 {
		w.t.Fatalf("%d outcomes, want 1", len(r.Outcomes))
	}
	return w.balanced(r.Outcomes[0])
}

func (w *warehouse) balanced(o etl.Outcome) etl.Outcome {
	w.t.Helper()
	if sum := o.Loaded + o.Updated + o.Unchanged + o.Quarantined + o.Withdrawn; o.Read != sum {
		w.t.Errorf("%s: read %d rows, accounts for %d", o.File, o.Read, sum)
	}
	return o
}

// query reads rows from the build files, as text.
func (w *warehouse) query(sql string) []string {
	w.t.Helper()
	ctx := context.Background()
	db, err := duck.Open(ctx, duck.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // test
	files := map[string]string{"quarantine": w.Home.Quarantine()}
	for _, c := range contract.Compartments() {
		files[string(c)] = w.Home.Compartment(c)
	}
	for alias, path := range files {
		if err := duck.Attach(ctx, db.SQL(), path, alias, duck.ReadOnly); err != nil {
			w.t.Fatal(err)
		}
	}
	rows, err := db.SQL().QueryContext(ctx, "SELECT COLUMNS(*)::VARCHAR FROM ("+sql+")")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // test
	cols, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		cells, dest := make([]any, len(cols)), make([]any, len(cols))
		for i := range cells {
			dest[i] = &cells[i]
		}
		if err := rows.Scan(dest...); err != nil {
			w.t.Fatal(err)
		}
		texts := make([]string, len(cells))
		for i, c := range cells {
			texts[i] = fmt.Sprint(c)
		}
		out = append(out, strings.Join(texts, "|"))
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *warehouse) expect(sql string, want ...string) {
	w.t.Helper()
	got := w.query(sql)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		w.t.Errorf("%s\n got: %s\nwant: %s", sql, strings.Join(got, "\n      "), strings.Join(want, "\n      "))
	}
}
