package tabular

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Read calls read with a SQL table expression over the file's records: the
// columns of the head, text for delimited files and JSON, in file order. read
// returns how many rows there were. Malformed records of a delimited file are
// left out and counted.
//
// The engine passes in silence over a last record whose quote is left open, and
// can take an empty line for a part of a value. So a file is read as it stands
// only if it gives as many rows as it has well-formed records; else those are
// copied to dir in a plainer form, and read is called again.
func (p *Prepared) Read(ctx context.Context, dir string, h Head, read func(relation string) (rows int64, err error)) error {
	if p.Format != Delimited {
		_, err := read(p.relation(h))
		return err
	}
	wellFormed, err := p.count(ctx, h)
	if err != nil {
		return err
	}
	if !p.blanks && p.Malformed == 0 {
		rows, err := read(p.relation(h))
		if err == nil && rows == wellFormed || err != nil && !duck.IsInvalidInput(err) {
			return err
		}
	}
	if wellFormed, err = p.copyWellFormed(ctx, dir, h); err != nil {
		return err
	}
	rows, err := read(p.relation(h))
	if err == nil && rows != wellFormed {
		return p.ambiguous(wellFormed, rows)
	}
	return err
}

// count counts the well-formed records. In a file without quotes they are the
// lines, if the engine can read them all.
func (p *Prepared) count(ctx context.Context, h Head) (wellFormed int64, err error) {
	if !p.quotes {
		return p.lines - int64(h.Dialect.Skip) - 1, nil
	}
	err = p.walk(ctx, h, func(r Record) error {
		if r.Row < 0 {
			p.Malformed++
		} else {
			wellFormed++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("look through %s: %w", p.Name, err)
	}
	return wellFormed, nil
}

func (p *Prepared) ambiguous(wellFormed, rows int64) error {
	return policy.Errorf(policy.DataRefused, "%s: its rows cannot be told apart (%d by its quotes, %d by the engine); repair the quoting", p.Name, wellFormed, rows)
}

// copyWellFormed writes the well-formed records to a copy without a header,
// without empty lines, and with equal line ends.
func (p *Prepared) copyWellFormed(ctx context.Context, dir string, h Head) (n int64, err error) {
	out, err := os.CreateTemp(dir, "well-formed-*.csv")
	if err != nil {
		return 0, fmt.Errorf("copy the records of %s: %w", p.Name, err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	p.copied, p.Malformed = out.Name(), 0
	w := bufio.NewWriterSize(out, 1<<20)
	err = p.walk(ctx, h, func(r Record) error {
		if r.Row < 0 {
			p.Malformed++
			return nil
		}
		n++
		_, err := w.Write(r.Raw)
		return errors.Join(err, w.WriteByte('\n'))
	})
	if err != nil {
		return 0, fmt.Errorf("copy the records of %s: %w", p.Name, err)
	}
	return n, w.Flush()
}

// relation reads a file with quotes in one thread: the engine's parallel reader
// guesses where records begin, and quotes can mislead it.
func (p *Prepared) relation(h Head) string {
	switch p.Format {
	case Parquet:
		return "read_parquet(" + duck.Literal(p.Data) + ")"
	case NDJSON:
		return fmt.Sprintf("read_json(%s, format = 'newline_delimited', columns = %s)", duck.Literal(p.Data), textColumns(h.Columns))
	case Delimited:
	}
	path, lead := p.Data, fmt.Sprintf("header = true, skip = %d", h.Dialect.Skip)
	if p.copied != "" {
		path, lead = p.copied, `header = false, new_line = '\n'`
	}
	return fmt.Sprintf("read_csv(%s, auto_detect = false, %s, delim = %s, quote = '\"', escape = '\"', strict_mode = true, max_line_size = %d, "+
		"nullstr = '', columns = %s, parallel = %t)",
		duck.Literal(path), lead, duck.Literal(string(h.Dialect.Delimiter)), maxRecord, textColumns(h.Columns), !p.quotes)
}
