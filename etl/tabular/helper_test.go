package tabular_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/sql/duck"
)

// fataler is what *testing.T and *rapid.T share.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// reading is a file as the package reads it.
type reading struct {
	head      tabular.Head
	rows      []string         // as the engine has them, fields joined by bars
	records   []tabular.Record // all, found again
	malformed int64
}

func engine(t *testing.T) *sql.DB {
	t.Helper()
	db, err := duck.Open(context.Background(), duck.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db.SQL()
}

func write(t fataler, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatalf("%v", err)
	}
	return path
}

// read reads a file to the end and finds every record again.
func read(t fataler, q *sql.DB, dir, path string) reading {
	t.Helper()
	ctx := context.Background()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%v", err)
		}
	}
	f, err := tabular.Open(path)
	check(err)
	var r reading
	r.head, err = f.Head(ctx, q, "", tabular.Dialect{})
	check(err)
	p, err := f.Prepare(ctx, dir, "", tabular.DefaultLimits())
	check(err)
	check(p.Read(ctx, dir, r.head, func(relation string) (int64, error) {
		r.rows, err = rowsOf(ctx, q, relation)
		return int64(len(r.rows)), err
	}))
	r.malformed = p.Malformed
	sel := tabular.Selection{Total: int64(len(r.rows))}
	for i := range r.rows {
		sel.Rows = append(sel.Rows, int64(i))
	}
	check(p.Find(ctx, r.head, sel, func(rec tabular.Record) error {
		rec.Raw = []byte(string(rec.Raw))
		r.records = append(r.records, rec)
		return nil
	}))
	check(p.Remove())
	return r
}

func rowsOf(ctx context.Context, q *sql.DB, relation string) (out []string, err error) {
	rows, err := q.QueryContext(ctx, "SELECT coalesce(COLUMNS(*), '') FROM "+relation)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		cells, dest := make([]string, len(cols)), make([]any, len(cols))
		for i := range cells {
			dest[i] = &cells[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return out, rows.Err()
}

// describe writes records one a line, to compare them.
func describe(records []tabular.Record) string {
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintf(&b, "row %d line %d %q\n", r.Row, r.Line, r.Raw)
	}
	return b.String()
}
