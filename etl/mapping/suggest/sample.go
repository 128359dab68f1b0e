package suggest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/weir-warehouse/weir/etl/tabular"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// How much of a file is looked at.
const (
	sampleRows  = 20_000 // drawn from the whole file
	sampleLines = 50     // in search of the header
)

// sample is what is known of a file.
type sample struct {
	file     tabular.File
	head     tabular.Head
	encoding tabular.Encoding // to be named in the mapping; empty: the loader finds it out
	rows     int
	columns  []*profile
}

// read decodes the file and draws rows.
func (s *synonyms) read(ctx context.Context, q duck.Querier, file tabular.File, scratch string) (sm *sample, err error) {
	sm = &sample{file: file}
	data, err := sm.decode(ctx, scratch)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, data.Remove()) }()
	want := tabular.Dialect{}
	if file.Format == tabular.Delimited {
		if want, err = dialect(data); err != nil {
			return nil, err
		}
	}
	if sm.head, err = file.Head(ctx, q, sm.encoding, want); err != nil {
		return nil, err
	}
	if file.Format == tabular.Delimited && looksLikeData(sm.head.Columns) {
		return nil, policy.Errorf(policy.DataRefused, "%s: line %d looks like data, not like a header; add a line with the names of the columns", file.Name, sm.head.Dialect.Skip+1)
	}
	if err := s.draw(ctx, q, sm, data, scratch); err != nil {
		return nil, unreadable(file, err)
	}
	return sm, nil
}

// unreadable turns an engine's refusal into ours, without its text, which can
// quote the file.
func unreadable(file tabular.File, err error) error {
	if !duck.IsInvalidInput(err) {
		return fmt.Errorf("draw rows of %s: %w", file.Name, err)
	}
	return policy.Errorf(policy.DataRefused, "%s: cannot be read as %s", file.Name, file.Format)
}

// letters tell text that was decoded as it should be from the signs that
// another order of bytes makes of it.
var letters = regexp.MustCompile(`[A-Za-z]{2}`)

// decode tries UTF-8 or what a byte order mark says, and then the encodings
// that cannot be told for sure.
func (sm *sample) decode(ctx context.Context, scratch string) (*tabular.Prepared, error) {
	data, first := sm.file.Prepare(ctx, scratch, "", tabular.DefaultLimits())
	if policy.CodeOf(first) != policy.DataRefused {
		return data, first
	}
	for _, guess := range []tabular.Encoding{tabular.Windows1252, tabular.UTF16LE, tabular.UTF16BE} {
		data, err := sm.file.Prepare(ctx, scratch, guess, tabular.DefaultLimits())
		if err != nil {
			continue
		}
		lines, err := firstLines(data)
		if err == nil && slices.ContainsFunc(lines, letters.MatchString) {
			sm.encoding = guess
			return data, nil
		}
		if err := errors.Join(err, data.Remove()); err != nil {
			return nil, err
		}
	}
	return nil, first
}

// draw fills the profiles of the columns with rows of the file.
func (s *synonyms) draw(ctx context.Context, q duck.Querier, sm *sample, data *tabular.Prepared, scratch string) error {
	return data.Read(ctx, scratch, sm.head, func(relation string) (n int64, err error) {
		if err := q.QueryRowContext(ctx, "SELECT count(*) FROM "+relation).Scan(&n); err != nil {
			return 0, err
		}
		sm.rows, sm.columns = 0, nil
		for _, name := range sm.head.Columns {
			sm.columns = append(sm.columns, newProfile(name))
		}
		rows, err := q.QueryContext(ctx, fmt.Sprintf("SELECT COLUMNS(*)::VARCHAR FROM %s USING SAMPLE reservoir(%d ROWS) REPEATABLE (1)", relation, sampleRows))
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		cells, dest := make([]sql.NullString, len(sm.columns)), make([]any, len(sm.columns))
		for i := range cells {
			dest[i] = &cells[i]
		}
		for rows.Next() {
			if err := rows.Scan(dest...); err != nil {
				return 0, err
			}
			sm.rows++
			for i, p := range sm.columns {
				p.add(cells[i].String, s)
			}
		}
		return n, rows.Err()
	})
}
