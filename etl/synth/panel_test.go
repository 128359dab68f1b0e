package synth_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// panel makes of the source files, as they are, a view each, and from them one
// table of teachers by school year: what a study would work out for itself.
func panel(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db := open(t, 2).SQL()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	rosters, err := os.ReadDir(filepath.Join(dir, "oneroster"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		view(t, db, dir, e.Name())
	}
	for _, e := range rosters {
		view(t, db, filepath.Join(dir, "oneroster"), e.Name())
	}
	for _, name := range []string{"panel.sql", "estimators.sql"} {
		exec(t, db, readFile(t, filepath.Join("testdata", name)))
	}
	return db
}

func view(t *testing.T, db *sql.DB, dir, name string) {
	t.Helper()
	stem, ext, _ := strings.Cut(name, ".")
	reader := map[string]string{
		"csv": "read_csv('%s', header = true, sample_size = -1)", "csv.gz": "read_csv('%s', header = true, sample_size = -1)",
		"parquet": "read_parquet('%s')", "ndjson": "read_json('%s')",
	}[ext]
	if reader != "" {
		exec(t, db, fmt.Sprintf(`CREATE TABLE "%s" AS FROM `+reader, stem, filepath.Join(dir, name)))
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func exec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
}
