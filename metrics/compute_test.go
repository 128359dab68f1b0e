package metrics_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/method"
	"github.com/weir-warehouse/weir/sql/duck"
)

// bench computes metrics on one connection that has a table of each dataset.
type bench struct {
	conn *sql.Conn
	all  *metrics.Registry
	made map[string]bool // relations
}

// builtIn loads the built-in metrics once.
var builtIn = sync.OnceValues(func() (*metrics.Registry, error) {
	catalog, err := contract.Embedded()
	if err != nil {
		return nil, err
	}
	return metrics.Load(context.Background(), "", catalog)
})

func newBench(t testing.TB, threads int) *bench {
	t.Helper()
	db, err := duck.Open(context.Background(), duck.Options{MemoryLimit: "1GB", Threads: threads, TempDirectory: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	conn, err := db.SQL().Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	all, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	return &bench{conn: conn, all: all, made: map[string]bool{}}
}

func (b *bench) execf(t testing.TB, format string, args ...any) {
	t.Helper()
	statement := fmt.Sprintf(format, args...)
	if _, err := b.conn.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
}

// compute fills the table "result" with the values of a metric, by all of its
// lists of dimensions or those that are wanted.
func (b *bench) compute(t testing.TB, id string, wanted func(list []string) bool) *metrics.Metric {
	t.Helper()
	m, ok := b.all.Get(id)
	if !ok {
		t.Fatalf("there is no metric %s", id)
	}
	for _, r := range m.Relations {
		if relation, _ := b.all.Get(r); !b.made[r] {
			b.execf(t, "CREATE TEMP TABLE %s AS %s", duck.Ident(r), relation.SQL)
			b.made[r] = true
		}
	}
	b.execf(t, "CREATE OR REPLACE TEMP TABLE units AS %s", m.SQL)
	b.execf(t, "CREATE OR REPLACE TEMP TABLE result (%s)", method.Results)
	lists := slices.Clone(m.Dimensions)
	if wanted != nil {
		lists = slices.DeleteFunc(lists, func(list []string) bool { return !wanted(list) })
	}
	e, _ := method.ByName(m.Method)
	err := e.Estimate(context.Background(), method.Input{
		DB: b.conn, Units: "units", Columns: m.Names(), Into: "result", Person: m.Person.Key(), Dimensions: lists, Options: m.Options, Seed: 1,
	})
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	return m
}
