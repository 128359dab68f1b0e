package run

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/metrics/method"
	"github.com/weir-warehouse/weir/sql/duck"
)

// File is the database of true values, in the build. It is as private as the
// quarantine and is never published.
const File = "metrics.duckdb"

// values is its alias.
const values = "metrics"

// schema is what it holds: for each metric the key under which its values were
// computed, the values, and by list of dimensions whom it counts, all written in
// one transaction.
const schema = `
CREATE TABLE IF NOT EXISTS run (
    metric VARCHAR NOT NULL, key VARCHAR NOT NULL, data VARCHAR NOT NULL, cells BIGINT NOT NULL, seconds DOUBLE NOT NULL);
CREATE TABLE IF NOT EXISTS value (metric VARCHAR NOT NULL, period_start DATE, period_end DATE,` + method.Results + `);
CREATE TABLE IF NOT EXISTS population (metric VARCHAR NOT NULL, list VARCHAR NOT NULL, people VARCHAR NOT NULL)`

// store is an engine with the build attached for reading, without the vault,
// and the true values for writing, on one connection.
type store struct {
	db   *duck.DB
	conn *sql.Conn
}

func (r *Runner) open(ctx context.Context) (s *store, err error) {
	db, err := duck.Open(ctx, r.Engine)
	if err != nil {
		return nil, err
	}
	s = &store{db: db}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.conn, err = db.SQL().Conn(ctx); err != nil {
		return s, fmt.Errorf("connect to the engine: %w", err)
	}
	if err := s.exec(ctx, "SET TimeZone = 'UTC'"); err != nil {
		return s, err
	}
	for _, c := range contract.Compartments() {
		if c == contract.Vault {
			continue
		}
		if err := duck.Attach(ctx, s.conn, filepath.Join(r.Build, string(c)+".duckdb"), string(c), duck.ReadOnly); err != nil {
			return s, err
		}
		if err := s.views(ctx, r.Catalog.In(c)); err != nil {
			return s, err
		}
	}
	return s, s.attachValues(ctx, filepath.Join(r.Build, File))
}

// views shows the datasets under their own names, with the contracts' columns
// alone.
func (s *store) views(ctx context.Context, datasets []*contract.Contract) error {
	for _, k := range datasets {
		names := make([]string, len(k.Columns))
		for i, c := range k.Columns {
			names[i] = c.Name
		}
		err := s.exec(ctx, fmt.Sprintf("CREATE VIEW memory.main.%s AS SELECT %s FROM %s.main.%[1]s",
			duck.Ident(k.Name), duck.Idents(names), duck.Ident(string(k.Compartment))))
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *store) attachValues(ctx context.Context, path string) error {
	if err := duck.Attach(ctx, s.conn, path, values, duck.ReadWrite); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	for _, stmt := range []string{"USE " + values, schema, "USE memory"} {
		if err := s.exec(ctx, stmt); err != nil {
			return fmt.Errorf("prepare the values: %w", err)
		}
	}
	return nil
}

func (s *store) exec(ctx context.Context, stmt string) error {
	_, err := s.conn.ExecContext(ctx, stmt)
	return err
}

func (s *store) close() error {
	var err error
	if s.conn != nil {
		err = s.conn.Close()
	}
	return errors.Join(err, s.db.Close())
}

// transact runs f in a transaction.
func (s *store) transact(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := s.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
