package etl

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/sql/duck"
)

// writeQuarantine sets the batch's bad rows aside. A row stands there once,
// with every rule that it broke.
func (g *staging) writeQuarantine(ctx context.Context, b *Batch, now time.Time) (err error) {
	found, err := g.find(ctx)
	if err != nil {
		return fmt.Errorf("quarantine rows of %s: %w", b.File, err)
	}
	if found != "" {
		defer func() { err = errors.Join(err, os.Remove(found)) }()
	}
	err = g.transact(ctx, func(tx *sql.Tx) error {
		if err := b.note(ctx, tx, g.k); err != nil || b.Quarantined == 0 {
			return err
		}
		head := fmt.Sprintf("%s, %d, %s", duck.Literal(b.ID), b.Seq, duck.Literal(b.Dataset))
		at := "TIMESTAMP " + duck.Literal(now.UTC().Format("2006-01-02 15:04:05.999999"))
		fields := "coalesce(s._fields, " + g.typedFields() + ")"
		line, raw, from := "s._position + 1", "CAST("+fields+" AS VARCHAR)", ""
		if found != "" {
			line, raw = "f.line", "coalesce(nullif(f.raw, ''), "+raw+")"
			from = " JOIN " + foundRows(found) + " f ON f.position = s._position"
			rejected := fmt.Sprintf(`INSERT INTO quarantine.quarantined_row
				SELECT %s, file, position, line, raw, NULL, [{'rule': '%s', 'column': ''}], false, %s, NULL FROM %s WHERE position < 0`, head, ruleStructure, at, foundRows(found))
			if _, err := tx.ExecContext(ctx, rejected); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO quarantine.quarantined_row
			SELECT %s, %s, s._position, %s, %s, %s, b.violations, %s, %s, NULL
			FROM bad b JOIN (SELECT rowid AS _row, %s AS _position, * FROM stage) s USING (_row)%s`,
			head, duck.Literal(b.File), line, raw, fields, g.withdrawn(), at, g.rows.Source, from))
		return err
	})
	if err != nil {
		return fmt.Errorf("quarantine rows of %s: %w", b.File, err)
	}
	return nil
}

// typedFields is the row as JSON of its input columns, for rows whose values
// all have their types.
func (g *staging) typedFields() string {
	pairs := make([]string, len(g.rows.Columns))
	for i, name := range g.rows.Columns {
		pairs[i] = duck.Literal(name) + ", CAST(s." + duck.Ident(name) + " AS VARCHAR)"
	}
	return "json_object(" + strings.Join(pairs, ", ") + ")"
}

func foundRows(path string) string {
	return "read_json(" + duck.Literal(path) + ", format = 'newline_delimited', columns = {file: 'VARCHAR', position: 'BIGINT', line: 'BIGINT', raw: 'VARCHAR'}, maximum_object_size = 67108864)"
}

// column reads one column of a query's rows.
func column[T any](ctx context.Context, q duck.Querier, query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
