package etl

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Quarantined counts the quarantined rows of a file that broke a rule in a
// column. A row that broke several counts under each.
type Quarantined struct {
	Dataset string    `json:"dataset"`
	File    string    `json:"file"`
	Rule    string    `json:"rule"`
	Column  string    `json:"column"`
	Rows    int64     `json:"rows"`
	Since   time.Time `json:"since"`
}

// QuarantinedRow is one row that failed, as it stood in its file.
type QuarantinedRow struct {
	Dataset string   `json:"dataset"`
	File    string   `json:"file"`
	Line    int64    `json:"line"`
	Broke   []string `json:"broke"` // rule(column)
	Raw     string   `json:"raw"`
}

// Selection narrows what is shown of the quarantine; empty fields narrow
// nothing.
type Selection struct {
	Dataset, File, Rule string
	Limit               int // rows at most; zero: all
}

func (sel Selection) where() (string, []any) {
	cond, args := []string{"true"}, []any{}
	for column, value := range map[string]string{"dataset": sel.Dataset, "file": sel.File} {
		if value != "" {
			cond, args = append(cond, column+" = ?"), append(args, value)
		}
	}
	if sel.Rule != "" {
		cond, args = append(cond, "list_contains(list_transform(violations, v -> v.rule), ?)"), append(args, sel.Rule)
	}
	return strings.Join(cond, " AND "), args
}

// inspect opens the quarantine for reading. The caller holds the writer's lock.
func (h Home) inspect(ctx context.Context, f func(q duck.Querier) error) (err error) {
	if _, err := os.Stat(h.Quarantine()); errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was ever loaded
	}
	db, err := duck.Open(ctx, duck.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := duck.Attach(ctx, db.SQL(), h.Quarantine(), quarantine, duck.ReadOnly); err != nil {
		return err
	}
	return f(db.SQL())
}

// QuarantineCounts counts quarantined rows by dataset, file, rule and column.
func (h Home) QuarantineCounts(ctx context.Context, sel Selection) (out []Quarantined, err error) {
	err = h.inspect(ctx, func(q duck.Querier) error {
		cond, args := sel.where()
		rows, err := q.QueryContext(ctx, `SELECT dataset, file, v.rule, v."column", count(*), min(since)
			FROM (SELECT dataset, file, since, unnest(violations) AS v FROM quarantine.quarantined_row WHERE `+cond+`) GROUP BY ALL ORDER BY ALL`, args...)
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // rows.Err tells
		for rows.Next() {
			var c Quarantined
			if err := rows.Scan(&c.Dataset, &c.File, &c.Rule, &c.Column, &c.Rows, &c.Since); err != nil {
				return err
			}
			out = append(out, c)
		}
		return rows.Err()
	})
	if err != nil {
		err = fmt.Errorf("count the quarantine: %w", err)
	}
	return out, err
}

// QuarantinedRows returns quarantined rows in file order.
func (h Home) QuarantinedRows(ctx context.Context, sel Selection) (out []QuarantinedRow, err error) {
	err = h.inspect(ctx, func(q duck.Querier) error {
		cond, args := sel.where()
		limit := ""
		if sel.Limit > 0 {
			limit = fmt.Sprintf(" LIMIT %d", sel.Limit)
		}
		rows, err := q.QueryContext(ctx, `SELECT dataset, file, line, list_transform(violations, v -> v.rule || CASE WHEN v."column" = '' THEN '' ELSE '(' || v."column" || ')' END)::VARCHAR[] AS broke, raw
			FROM quarantine.quarantined_row WHERE `+cond+` ORDER BY dataset, file, line, broke`+limit, args...)
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // rows.Err tells
		for rows.Next() {
			var r QuarantinedRow
			var broke []any
			if err := rows.Scan(&r.Dataset, &r.File, &r.Line, &broke, &r.Raw); err != nil {
				return err
			}
			for _, b := range broke {
				r.Broke = append(r.Broke, fmt.Sprint(b))
			}
			out = append(out, r)
		}
		return rows.Err()
	})
	if err != nil {
		err = fmt.Errorf("read the quarantine: %w", err)
	}
	return out, err
}

// ExportQuarantine writes quarantined rows to a new CSV file that only its
// owner can read: dataset, file, line, rules and the raw row.
func (h Home) ExportQuarantine(ctx context.Context, path string, sel Selection) (n int64, err error) {
	if _, err := os.Lstat(path); err == nil {
		return 0, policy.Errorf(policy.Usage, "%s exists; name a new file", path)
	}
	partial := path + ".partial"
	file, err := os.OpenFile(partial, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("export the quarantine: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("export the quarantine: %w", err), os.Remove(partial))
		}
	}()
	if err := file.Close(); err != nil {
		return 0, err
	}
	err = h.inspect(ctx, func(q duck.Querier) error {
		cond, args := sel.where()
		result, err := q.ExecContext(ctx, fmt.Sprintf(`COPY (SELECT dataset, file, line, array_to_string(list_transform(violations, v -> v.rule || ':' || v."column"), ' ') AS broke, raw
			FROM quarantine.quarantined_row WHERE %s ORDER BY dataset, file, line, broke) TO %s (FORMAT csv, HEADER)`, cond, duck.Literal(partial)), args...)
		if err != nil {
			return err
		}
		n, err = result.RowsAffected()
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, os.Rename(partial, path)
}
