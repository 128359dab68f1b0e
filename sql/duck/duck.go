// Package duck opens DuckDB: instances, attached database files, settings. It
// is the only package that imports the driver. It knows nothing of datasets,
// policy or people, and hands out no instance with settings that a statement
// could weaken by accident: no extension is ever fetched or loaded.
package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"

	driver "github.com/duckdb/duckdb-go/v2"
)

// Options are the settings of an instance. The zero value is an in-memory
// instance with DuckDB's own limits.
type Options struct {
	MemoryLimit   string // such as 4GB; empty: DuckDB's default, 80 % of the memory
	Threads       int    // zero: one a CPU
	TempDirectory string // where larger-than-memory work spills; empty: the working directory's .tmp
}

// DB is an in-memory DuckDB instance to which database files are attached.
type DB struct {
	pool *sql.DB
}

// Open starts an in-memory instance.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.TempDirectory != "" {
		if err := os.MkdirAll(o.TempDirectory, 0o700); err != nil {
			return nil, fmt.Errorf("create the engine's temporary directory: %w", err)
		}
	}
	connector, err := driver.NewConnector(o.dsn(), nil)
	if err != nil {
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	pool := sql.OpenDB(connector)
	if err := pool.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("start the engine: %w", errors.Join(err, pool.Close()))
	}
	return &DB{pool: pool}, nil
}

// settings spells the options as the engine's settings. Extensions are
// neither installed nor loaded by themselves: without a network that would
// cost up to a second before each error.
func (o Options) settings() [][2]string {
	settings := [][2]string{
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"preserve_insertion_order", "true"},
	}
	if o.MemoryLimit != "" {
		settings = append(settings, [2]string{"memory_limit", o.MemoryLimit})
	}
	if o.Threads > 0 {
		settings = append(settings, [2]string{"threads", strconv.Itoa(o.Threads)})
	}
	if o.TempDirectory != "" {
		settings = append(settings, [2]string{"temp_directory", o.TempDirectory})
	}
	return settings
}

// dsn spells the settings as the driver's connection string.
func (o Options) dsn() string {
	values := url.Values{}
	for _, s := range o.settings() {
		values.Set(s[0], s[1])
	}
	return "?" + values.Encode()
}

// SQL returns the pool of connections to the instance.
func (db *DB) SQL() *sql.DB { return db.pool }

// Close closes all connections and with the last one the instance, which
// checkpoints every attached file.
func (db *DB) Close() error { return db.pool.Close() }

// Version returns the engine's version, such as v1.5.5.
func Version(ctx context.Context) (string, error) {
	db, err := Open(ctx, Options{})
	if err != nil {
		return "", err
	}
	defer db.Close() //nolint:errcheck // nothing was written
	var v string
	if err := db.pool.QueryRowContext(ctx, "SELECT version()").Scan(&v); err != nil {
		return "", fmt.Errorf("ask the engine's version: %w", err)
	}
	return v, nil
}

// IsInvalidInput reports whether the engine refused what it was given to read,
// rather than failing by itself.
func IsInvalidInput(err error) bool {
	e, ok := errors.AsType[*driver.Error](err)
	return ok && slices.Contains([]driver.ErrorType{driver.ErrorTypeInvalidInput, driver.ErrorTypeConversion, driver.ErrorTypeSerialization}, e.Type)
}
