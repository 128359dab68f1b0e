package metrics_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/run"
	"github.com/weir-warehouse/weir/sql/duck"
)

// bench computes metrics on one connection that names each dataset.
type bench struct {
	db   *duck.DB
	conn *sql.Conn
	all  *metrics.Registry
	work *run.Workbench
}

// builtIn loads the built-in metrics once.
var builtIn = sync.OnceValues(func() (*metrics.Registry, error) {
	catalog, err := contract.Embedded()
	if err != nil {
		return nil, err
	}
	return metrics.Load(context.Background(), "", catalog)
})

func openBench(ctx context.Context, o duck.Options) (*bench, error) {
	all, err := builtIn()
	if err != nil {
		return nil, err
	}
	db, err := duck.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	conn, err := db.SQL().Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &bench{db: db, conn: conn, all: all, work: run.NewWorkbench(conn, all)}, nil
}

func (b *bench) close() error { return errors.Join(b.conn.Close(), b.db.Close()) }

func (b *bench) execf(t testing.TB, format string, args ...any) {
	t.Helper()
	statement := fmt.Sprintf(format, args...)
	if _, err := b.conn.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
}

// compute fills run.Values with the values of a metric, by those of its lists of
// dimensions that are wanted.
func (b *bench) compute(ctx context.Context, id string, wanted func(list []string) bool) error {
	m, ok := b.all.Get(id)
	if !ok {
		return fmt.Errorf("there is no metric %s", id)
	}
	lists := slices.DeleteFunc(slices.Clone(m.Dimensions), func(list []string) bool { return !wanted(list) })
	if _, err := b.work.Compute(ctx, m, lists, 1); err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	return nil
}
