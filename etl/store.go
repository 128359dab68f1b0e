package etl

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/schema"
)

// quarantine is the alias of the quarantine's database.
const quarantine = "quarantine"

// store is the open build of a home: one engine with every compartment and the
// quarantine attached for writing, on one connection.
type store struct {
	home    Home
	catalog *contract.Catalog
	db      *duck.DB
	conn    *sql.Conn
}

// openStore attaches the build files and brings their tables in line with the
// contracts. The caller holds the writer's lock.
func openStore(ctx context.Context, home Home, catalog *contract.Catalog, engine duck.Options) (s *store, err error) {
	db, err := duck.Open(ctx, engine)
	if err != nil {
		return nil, err
	}
	s = &store{home: home, catalog: catalog, db: db}
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
		if err := s.openCompartment(ctx, c); err != nil {
			return s, fmt.Errorf("open compartment %s: %w", c, err)
		}
	}
	if err := s.attach(ctx, home.Quarantine(), quarantine, schema.Quarantine); err != nil {
		return s, err
	}
	return s, s.recover(ctx)
}

func (s *store) close() error {
	var err error
	if s.conn != nil {
		err = s.conn.Close()
	}
	return errors.Join(err, s.db.Close())
}

func (s *store) exec(ctx context.Context, stmt string) error {
	_, err := s.conn.ExecContext(ctx, stmt)
	return err
}

// scalar reads one value.
func scalar[T any](ctx context.Context, q duck.Querier, query string, args ...any) (T, error) {
	var v T
	err := q.QueryRowContext(ctx, query, args...).Scan(&v)
	return v, err
}

// transact runs f in a transaction, in which only one attached file may be
// written.
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

// attach opens a build file and runs its schema with it as the current
// database.
func (s *store) attach(ctx context.Context, path, alias, ddl string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := s.create(ctx, path, alias); err != nil {
			return fmt.Errorf("create %s: %w", alias, err)
		}
	}
	if err := duck.Attach(ctx, s.conn, path, alias, duck.ReadWrite); err != nil {
		return err
	}
	return s.within(ctx, duck.Ident(alias), func() error {
		return s.transact(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, ddl)
			return err
		})
	})
}

// create makes a database file, with what the statements put into it. The engine
// writes a new file in steps, so it is made under another name: a crash leaves
// none that cannot be opened.
func (s *store) create(ctx context.Context, path, alias string, stmts ...string) error {
	partial := path + ".partial"
	for _, old := range []string{partial, partial + ".wal"} {
		if err := os.RemoveAll(old); err != nil {
			return err
		}
	}
	if err := duck.Attach(ctx, s.conn, partial, alias, duck.ReadWrite); err != nil {
		return err
	}
	for _, stmt := range append(stmts, "CHECKPOINT "+duck.Ident(alias)) {
		if err := s.exec(ctx, stmt); err != nil {
			return err
		}
	}
	if err := s.exec(ctx, "DETACH "+duck.Ident(alias)); err != nil {
		return err
	}
	if err := os.Chmod(partial, 0o600); err != nil {
		return err
	}
	return os.Rename(partial, path)
}

// within makes a database, or a schema of one, the current one while f runs.
func (s *store) within(ctx context.Context, name string, f func() error) error {
	if err := s.exec(ctx, "USE "+name); err != nil {
		return err
	}
	return errors.Join(f(), s.exec(ctx, "USE memory"))
}

func (s *store) openCompartment(ctx context.Context, c contract.Compartment) error {
	ddl := schema.Ledger
	if c == contract.Vault {
		ddl += schema.Identifier
	}
	if err := s.attach(ctx, s.home.Compartment(c), string(c), ddl); err != nil {
		return err
	}
	return s.within(ctx, duck.Ident(string(c)), func() error {
		return s.transact(ctx, func(tx *sql.Tx) error {
			for _, k := range s.catalog.In(c) {
				if err := syncTable(ctx, tx, k); err != nil {
					return fmt.Errorf("shape %s: %w", k.Name, err)
				}
			}
			return nil
		})
	})
}

// syncTable creates the tables of a dataset, or adds the columns that its
// contract gained. A change that would reinterpret loaded values is refused.
func syncTable(ctx context.Context, tx *sql.Tx, k *contract.Contract) error {
	known, err := scalar[int](ctx, tx, "SELECT count(*) FROM ledger.contract WHERE dataset = ? AND digest = ?", k.Name, k.Digest)
	if err != nil || known > 0 {
		return err
	}
	for _, area := range []string{"main", "history"} {
		if _, err := tx.ExecContext(ctx, k.CreateTable(area)); err != nil {
			return err
		}
		if err := addColumns(ctx, tx, k, area); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf(`
		ALTER TABLE history.%[1]s ADD COLUMN IF NOT EXISTS "_ended_batch" INTEGER;
		DELETE FROM ledger.contract WHERE dataset = %[2]s;
		INSERT INTO ledger.contract VALUES (%[2]s, %[3]s, %[4]s);
		UPDATE ledger.revision SET revision = uuid();`,
		duck.Ident(k.Name), duck.Literal(k.Name), duck.Literal(k.Version), duck.Literal(k.Digest))+
		chain("ledger", k.Name, k.Digest))
	return err
}

func addColumns(ctx context.Context, tx *sql.Tx, k *contract.Contract, area string) error {
	have, err := columnTypes(ctx, tx, area, k.Name)
	if err != nil {
		return err
	}
	for _, col := range k.Columns {
		switch old, ok := have[col.Name]; {
		case !ok:
			stmt := fmt.Sprintf("ALTER TABLE %s.%s ADD COLUMN %s %s", area, duck.Ident(k.Name), duck.Ident(col.Name), col.Type)
			if _, err := tx.ExecContext(ctx, stmt); err != nil {
				return err
			}
		case old != col.Type:
			return policy.Errorf(policy.DataRefused, "the contract in %s gives %s.%s the type %s, but %s is loaded; name the new column otherwise, or load into a new home",
				k.Origin, k.Name, col.Name, col.Type, old)
		}
		delete(have, col.Name)
	}
	for name := range have {
		if name[0] != '_' {
			return policy.Errorf(policy.DataRefused, "the contract in %s no longer has %s.%s, which is loaded; keep the column, or load into a new home", k.Origin, k.Name, name)
		}
	}
	return nil
}

func columnTypes(ctx context.Context, q duck.Querier, area, table string) (map[string]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT column_name, data_type FROM duckdb_columns()
		WHERE database_name = current_database() AND schema_name = ? AND table_name = ?`, area, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	types := map[string]string{}
	for rows.Next() {
		var name, typ string
		if err := rows.Scan(&name, &typ); err != nil {
			return nil, err
		}
		types[name] = typ
	}
	return types, rows.Err()
}

// table names a dataset's table in full, so that no other name can shadow it.
func table(c *contract.Contract) string {
	return fmt.Sprintf("%s.main.%s", duck.Ident(string(c.Compartment)), duck.Ident(c.Name))
}

// past names the table of a dataset's ended rows.
func past(c *contract.Contract) string {
	return fmt.Sprintf("%s.history.%s", duck.Ident(string(c.Compartment)), duck.Ident(c.Name))
}

// scratch is where a load puts decoded copies.
func (h Home) scratch() string { return filepath.Join(h.Build(), "tmp") }
