package duck

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Querier runs statements: a pool, a connection or a transaction.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Access says what an attached file may be used for.
type Access string

// The kinds of access.
const (
	ReadOnly  Access = "READ_ONLY"
	ReadWrite Access = "READ_WRITE"
)

// Attach opens a database file under an alias; with ReadWrite it is created
// when it does not exist.
func Attach(ctx context.Context, q Querier, path, alias string, access Access) error {
	stmt := fmt.Sprintf("ATTACH %s AS %s (%s)", Literal(path), Ident(alias), access)
	if _, err := q.ExecContext(ctx, stmt); err != nil {
		return fmt.Errorf("attach %s: %w", alias, err)
	}
	return nil
}

// Ident quotes an identifier.
func Ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Literal quotes a string literal.
func Literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Idents quotes identifiers and joins them with commas.
func Idents(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = Ident(n)
	}
	return strings.Join(quoted, ", ")
}
