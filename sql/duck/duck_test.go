package duck_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/weir-warehouse/weir/sql/duck"
)

func TestOpenAppliesOptions(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	tmp := filepath.Join(t.TempDir(), "spill & more")
	db, err := duck.Open(ctx, duck.Options{MemoryLimit: "512MB", Threads: 1, TempDirectory: tmp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for setting, want := range map[string]string{
		"memory_limit":                 "488.2 MiB",
		"threads":                      "1",
		"temp_directory":               tmp,
		"autoload_known_extensions":    "false",
		"autoinstall_known_extensions": "false",
	} {
		var got string
		if err := db.SQL().QueryRowContext(ctx, "SELECT current_setting(?)::VARCHAR", setting).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s = %q, want %q", setting, got, want)
		}
	}
}

func TestAttachReadOnlyRefusesWrites(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "o'brien.duckdb")
	exec := func(access duck.Access, stmt string) error {
		db, err := duck.Open(ctx, duck.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close() //nolint:errcheck // test
		if err := duck.Attach(ctx, db.SQL(), path, `odd"name`, access); err != nil {
			t.Fatal(err)
		}
		_, err = db.SQL().ExecContext(ctx, stmt)
		return err
	}
	if err := exec(duck.ReadWrite, `CREATE TABLE "odd""name".t AS SELECT 1 AS x`); err != nil {
		t.Fatal(err)
	}
	if err := exec(duck.ReadOnly, `INSERT INTO "odd""name".t VALUES (2)`); err == nil {
		t.Fatal("a read-only file took a write")
	}
	if err := exec(duck.ReadOnly, `SELECT x FROM "odd""name".t`); err != nil {
		t.Fatal(err)
	}
}

func TestLessMemory(t *testing.T) {
	t.Parallel()
	for limit, want := range map[string]string{
		"4GB": "3800000KB", "512MiB": "336870KB", "300MB": "150000KB", "": "", "80%": "80%",
	} {
		if got := (duck.Options{MemoryLimit: limit}).Less(200_000_000).MemoryLimit; got != want {
			t.Errorf("%q less 200 MB is %q, want %q", limit, got, want)
		}
	}
}
