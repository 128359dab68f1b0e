package mapping_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Each folder of testdata/load is a directory that is loaded into a fresh
// home: source files with their mappings, and want.golden: what became of them.
// WEIR_UPDATE=1 writes want.golden, to be read before it is committed.
func TestLoad(t *testing.T) {
	t.Parallel()
	cases, err := os.ReadDir("testdata/load")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, c := range cases {
		t.Run(c.Name(), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join("testdata/load", c.Name())
			golden(t, filepath.Join(dir, "want.golden"), load(t, etl.Options{}, dir))
		})
	}
}

// A mapping that is named in the command is for the files that no other names,
// counts once however often it is found, and is not passed over in silence.
func TestNamedMappings(t *testing.T) {
	t.Parallel()
	const dir = "testdata/named/"
	for name, c := range map[string]struct {
		options etl.Options
		want    string
		loads   int
	}{
		"general": {etl.Options{Mappings: []string{dir + "general.yaml"}}, "a.csv: loaded as district", 2},
		"twice":   {etl.Options{Mappings: []string{dir + "general.yaml", dir + "general.yaml", dir + "exports/b.mapping.yaml"}}, "a.csv: loaded as district", 2},
		"unused":  {etl.Options{Mappings: []string{dir + "unused.yaml"}}, "unused.yaml: is for none of the files; see its files and dataset\n", 0},
		"dataset": {etl.Options{Mappings: []string{dir + "general.yaml"}, Dataset: "school"}, "general.yaml: is for none of the files; see its files and dataset\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := load(t, c.options, dir+"exports")
			if !strings.HasPrefix(got, c.want) || strings.Count(got, "loaded as") != c.loads {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("WEIR_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s\n got: %s\nwant: %s", file, got, want)
	}
}

func catalog(t *testing.T) *contract.Catalog {
	t.Helper()
	c, err := contract.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// load loads paths into a fresh home and tells what became of them: counts,
// refusals, tables without keys, and the quarantine.
func load(t *testing.T, o etl.Options, paths ...string) string {
	t.Helper()
	home := etl.Home{Dir: t.TempDir()}
	if err := home.Create(); err != nil {
		t.Fatal(err)
	}
	l := etl.Loader{
		Home: home, Catalog: catalog(t), RemovalLimit: 0.1, Program: "test",
		Engine: duck.Options{MemoryLimit: "500MB", Threads: 1, TempDirectory: filepath.Join(home.Build(), "spill")},
		Now:    func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) },
	}
	r, err := l.Load(context.Background(), paths, o)
	if err != nil {
		return err.Error() + "\n"
	}
	var b strings.Builder
	var datasets []string
	for _, o := range r.Outcomes {
		fmt.Fprintf(&b, "%s: %s", o.File, o.Status)
		if o.Reason != "" {
			fmt.Fprintf(&b, ": %s\n", o.Reason)
			continue
		}
		fmt.Fprintf(&b, " as %s (%s): %d read, %d loaded, %d quarantined, %d repaired, %d skipped\n", o.Dataset, o.Mode, o.Read, o.Loaded, o.Quarantined, o.Repaired, o.Skipped)
		if !slices.Contains(datasets, o.Dataset) {
			datasets = append(datasets, o.Dataset)
		}
	}
	dump(t, &b, l, datasets)
	return b.String()
}

func dump(t *testing.T, b *strings.Builder, l etl.Loader, datasets []string) {
	t.Helper()
	ctx := context.Background()
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // read only
	files := map[string]string{"quarantine": l.Home.Quarantine()}
	for _, c := range contract.Compartments() {
		files[string(c)] = l.Home.Compartment(c)
	}
	for alias, path := range files {
		if err := duck.Attach(ctx, db.SQL(), path, alias, duck.ReadOnly); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range datasets {
		k, _ := l.Catalog.Get(name)
		fmt.Fprintf(b, "\n%s\n", name)
		rows(t, b, db.SQL(), fmt.Sprintf("SELECT COLUMNS(c -> c NOT LIKE '%%\\_key' ESCAPE '\\' AND c <> '_batch') FROM %s.main.%s ORDER BY ALL", k.Compartment, name))
	}
	b.WriteString("\nquarantine\n")
	rows(t, b, db.SQL(), `SELECT file, line, list_transform(violations, v -> v.rule || '(' || v."column" || ')') AS broke, raw
		FROM quarantine.quarantined_row ORDER BY ALL`)
}

// rows writes the columns that hold anything.
func rows(t *testing.T, b *strings.Builder, db *sql.DB, query string) {
	t.Helper()
	result, err := db.QueryContext(context.Background(), "SELECT COLUMNS(*)::VARCHAR FROM ("+query+")")
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close() //nolint:errcheck // rows.Err tells
	names, err := result.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for result.Next() {
		cells, dest := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range cells {
			dest[i] = &cells[i]
		}
		if err := result.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		var given []string
		for i, c := range cells {
			if c.Valid {
				given = append(given, names[i]+"="+c.String)
			}
		}
		fmt.Fprintf(b, "  %s\n", strings.Join(given, " | "))
	}
	if err := result.Err(); err != nil {
		t.Fatal(err)
	}
}
