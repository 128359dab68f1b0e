package tabular

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Dialect is how a delimited file separates its fields. Quote and escape are
// the double quote, as in RFC 4180.
type Dialect struct {
	Delimiter byte
	Skip      int // lines before the header
}

// Delimiters lists the separators that are looked for.
func Delimiters() []byte { return []byte{',', ';', '\t', '|'} }

// Head is what the beginning of a file tells.
type Head struct {
	Dialect Dialect
	Columns []string // in file order, as spelled
}

// Head reads the column names. For delimited text the separator is the one
// that splits the header into most fields, unless want names it. Whether the
// names mean anything is for the caller to decide.
func (f File) Head(ctx context.Context, q duck.Querier, declared Encoding, want Dialect) (Head, error) {
	var head Head
	var err error
	switch f.Format {
	case Delimited:
		head, err = f.delimitedHead(declared, want)
	case Parquet:
		head.Columns, err = f.describe(ctx, q, "read_parquet("+duck.Literal(f.Path)+")")
	case NDJSON:
		head.Columns, err = f.jsonHead(ctx, q)
	}
	if err != nil {
		return Head{}, err
	}
	return head, f.checkHead(head.Columns)
}

func (f File) delimitedHead(declared Encoding, want Dialect) (h Head, err error) {
	line, before, err := f.headerLine(declared, want.Skip)
	if err != nil {
		return Head{}, err
	}
	candidates := Delimiters()
	if want.Delimiter != 0 {
		candidates = []byte{want.Delimiter}
	}
	for _, d := range candidates {
		r := csv.NewReader(bytes.NewReader(line))
		r.Comma = rune(d)
		fields, err := r.Read()
		if err == nil && len(fields) > len(h.Columns) {
			h = Head{Dialect: Dialect{Delimiter: d, Skip: before}, Columns: fields}
		}
	}
	if len(h.Columns) == 0 {
		return Head{}, policy.Errorf(policy.DataRefused, "%s: line %d is not a header: its quotes do not balance", f.Name, before+1)
	}
	return h, nil
}

// headerLine returns the first non-empty line after skip lines, and how many
// lines stand before it: the engine would take an empty one for the header.
func (f File) headerLine(declared Encoding, skip int) (line []byte, before int, err error) {
	r, _, err := f.decode(declared)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	in := bufio.NewReader(io.LimitReader(r, 1<<20))
	for n := 0; ; n++ {
		line, err := in.ReadBytes('\n')
		line = bytes.TrimRight(bytes.TrimPrefix(line, []byte{0xef, 0xbb, 0xbf}), "\r\n")
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return nil, 0, f.readError(err)
		case n >= skip && len(line) > 0 && validText(line):
			return line, n, nil
		case n >= skip && len(line) > 0:
			return nil, 0, (&textCheck{name: f.Name, lines: int64(n)}).invalid(line)
		case err != nil && n >= skip:
			return nil, 0, policy.Errorf(policy.DataRefused, "%s: is empty; expected a header line", f.Name)
		case err != nil:
			return nil, 0, policy.Errorf(policy.DataRefused, "%s: has %d lines, all of which the mapping skips; correct format.skip", f.Name, n)
		case bytes.Count(line, []byte{'"'})%2 != 0: // the engine skips records, not lines
			return nil, 0, policy.Errorf(policy.DataRefused, "%s: line %d, before the header, opens a quote that it does not close; remove the lines before the header", f.Name, n+1)
		}
	}
}

// jsonHead takes the names from every row, since a key may first appear late.
func (f File) jsonHead(ctx context.Context, q duck.Querier) ([]string, error) {
	names, err := f.describe(ctx, q, "read_json("+duck.Literal(f.Path)+", format = 'newline_delimited', sample_size = -1, map_inference_threshold = -1)")
	if err == nil && slices.Equal(names, []string{"json"}) { // the engine's name for what has none
		return nil, policy.Errorf(policy.DataRefused, "%s: holds no objects; write one object a line, not a list of them", f.Name)
	}
	return names, err
}

func (f File) describe(ctx context.Context, q duck.Querier, from string) ([]string, error) {
	rows, err := q.QueryContext(ctx, "SELECT column_name FROM (DESCRIBE FROM "+from+")")
	if err != nil {
		reason, _, _ := strings.Cut(err.Error(), "\n") // the rest is our query
		return nil, policy.Errorf(policy.DataRefused, "%s: cannot be read as %s: %s", f.Name, f.Format, reason)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("read column names: %w", err)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func (f File) checkHead(columns []string) error {
	seen := make(map[string]int, len(columns))
	for i, c := range columns {
		key := strings.ToLower(strings.TrimSpace(c))
		if key == "" {
			return policy.Errorf(policy.DataRefused, "%s: column %d has no name in the header; name it, or remove the column", f.Name, i+1)
		}
		if first, ok := seen[key]; ok {
			return policy.Errorf(policy.DataRefused, "%s: columns %d and %d are both named %q; rename one", f.Name, first, i+1, c)
		}
		seen[key] = i + 1
	}
	return nil
}

func textColumns(names []string) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = duck.Literal(n) + ": 'VARCHAR'"
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// Typed reports whether the file itself gives its columns types.
func (f File) Typed() bool { return f.Format == Parquet }

// Has reports whether the head names the column, letter case aside.
func (h Head) Has(column string) bool {
	return slices.ContainsFunc(h.Columns, func(c string) bool { return strings.EqualFold(c, column) })
}
