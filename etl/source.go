package etl

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/weir-warehouse/weir/etl/tabular"
)

// source is a file behind a batch. The first of a batch is the one in which
// the rows' positions count.
type source struct {
	file   *tabular.Prepared
	head   tabular.Head
	rows   int64 // as the engine counted them
	taken  bool  // another batch has its malformed records
	secret bool  // its text may hold what is never stored
}

// malformed counts the records without a row that the batch takes.
func (src source) malformed() int64 {
	if src.taken {
		return 0
	}
	return src.file.Malformed
}

// foundRecord is a record that was found again, as the scratch file has it.
type foundRecord struct {
	File     string `json:"file"`
	Position int64  `json:"position"`
	Line     int64  `json:"line"`
	Raw      string `json:"raw"`
}

func (g *staging) malformed() int64 {
	var n int64
	for _, src := range g.sources {
		n += src.malformed()
	}
	return n
}

// complete reports whether every record behind the batch could be read.
func (g *staging) complete() bool {
	return !slices.ContainsFunc(g.sources, func(src source) bool { return src.file.Malformed > 0 })
}

// find writes the records behind the bad rows, and the malformed ones, to a
// scratch file and returns its path; "" when there are none or the file has no
// lines.
func (g *staging) find(ctx context.Context) (path string, err error) {
	if len(g.sources) == 0 || g.sources[0].file.Format == tabular.Parquet {
		return "", nil
	}
	bad, err := column[int64](ctx, g.conn, fmt.Sprintf("SELECT DISTINCT %s AS p FROM stage WHERE rowid IN (SELECT _row FROM bad) ORDER BY p", g.rows.Source))
	if err != nil || len(bad) == 0 && g.malformed() == 0 {
		return "", err
	}
	out, err := os.CreateTemp(g.home.scratch(), "found-*.ndjson")
	if err != nil {
		return "", err
	}
	defer func() {
		if err = errors.Join(err, out.Close()); err != nil {
			err = errors.Join(err, os.Remove(out.Name()))
		}
	}()
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i, src := range g.sources {
		rows := bad
		if i > 0 {
			rows = nil
		}
		if err := src.find(ctx, rows, enc); err != nil {
			return "", err
		}
	}
	return out.Name(), w.Flush()
}

func (src source) find(ctx context.Context, rows []int64, enc *json.Encoder) error {
	if len(rows) == 0 && src.malformed() == 0 {
		return nil
	}
	sel := tabular.Selection{Rows: rows, Total: src.rows}
	return src.file.Find(ctx, src.head, sel, func(r tabular.Record) error {
		if r.Row < 0 && src.taken {
			return nil
		}
		raw := string(r.Raw)
		if src.secret {
			raw = ""
		}
		return enc.Encode(foundRecord{File: src.file.Name, Position: r.Row, Line: r.Line, Raw: raw})
	})
}
