package tabular

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/weir-warehouse/weir/policy"
)

// Record is a row as it stands in its file.
type Record struct {
	Row  int64 // position among the rows that DuckDB read, from 0; -1: DuckDB rejected it
	Line int64 // physical line on which it begins, from 1
	Raw  []byte
}

// Selection says which records to find again.
type Selection struct {
	Rejected []int64 // byte offsets, ascending, at which DuckDB rejected a record
	Rows     []int64 // rows that DuckDB read, ascending
	Total    int64   // how many rows DuckDB read, to prove that both count alike
}

// Find walks the decoded file once and yields the selected records in file
// order. It fails when it does not count the same rows as DuckDB did: then no
// line number could be trusted.
func (p *Prepared) Find(ctx context.Context, d Dialect, sel Selection, yield func(Record) error) (err error) {
	f, err := os.Open(p.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := &walker{in: bufio.NewReaderSize(contextReader{ctx, f}, 1<<20), sel: sel, quoted: p.Format == Delimited, delimiter: d.Delimiter}
	if p.Format == Delimited {
		if err := w.skipHeader(d.Skip); err != nil {
			return fmt.Errorf("find rows of %s: %w", p.Name, err)
		}
	}
	rows, err := w.walk(yield)
	if err != nil {
		return fmt.Errorf("find rows of %s: %w", p.Name, err)
	}
	if rows != sel.Total || len(w.sel.Rejected) > 0 {
		return policy.Errorf(policy.DataRefused, "%s: its quotes do not balance, so that rows cannot be told apart (%d by quotes, %d by the engine); repair the quoting",
			p.Name, rows, sel.Total)
	}
	return nil
}

type walker struct {
	in        *bufio.Reader
	sel       Selection
	quoted    bool
	delimiter byte
	offset    int64 // of the next byte
	line      int64 // complete lines so far
	record    []byte
}

func (w *walker) skipHeader(lines int) error {
	for range lines {
		if _, err := w.next(true); err != nil {
			return err
		}
	}
	for {
		record, err := w.next(false)
		if err != nil || len(bytes.TrimRight(record, "\r\n")) > 0 {
			return err
		}
	}
}

func (w *walker) walk(yield func(Record) error) (rows int64, err error) {
	for {
		start, line := w.offset, w.line+1
		rejected := len(w.sel.Rejected) > 0 && w.sel.Rejected[0] <= start
		raw, err := w.next(rejected)
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		raw = bytes.TrimRight(raw, "\r\n")
		if len(raw) == 0 {
			continue
		}
		row := int64(-1)
		if rejected {
			w.sel.Rejected = w.sel.Rejected[1:]
		} else {
			row = rows
			rows++
			if len(w.sel.Rows) == 0 || w.sel.Rows[0] != row {
				continue
			}
			w.sel.Rows = w.sel.Rows[1:]
		}
		if err := yield(Record{Row: row, Line: line, Raw: raw}); err != nil {
			return rows, err
		}
	}
}

// next reads one record; with oneLine, up to the next newline whatever the
// quotes say, as DuckDB goes on after a record that it rejected. The result is
// valid until the next call.
func (w *walker) next(oneLine bool) ([]byte, error) {
	w.record = w.record[:0]
	state := fieldStart
	for {
		chunk, err := w.in.ReadSlice('\n')
		w.record = append(w.record, chunk...)
		w.offset += int64(len(chunk))
		if w.quoted && !oneLine {
			state = state.after(chunk, w.delimiter)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(w.record) > 0:
			return w.record, nil
		case err != nil:
			return nil, err
		}
		w.line++
		if state != inQuotes {
			return w.record, nil
		}
	}
}

// quoteState is where in a delimited record a byte stands (RFC 4180).
type quoteState int

const (
	fieldStart quoteState = iota
	inField
	inQuotes
	quoteInQuotes // closes the field, or begins an escaped quote
)

func (s quoteState) after(chunk []byte, delimiter byte) quoteState {
	if s != inQuotes && s != quoteInQuotes && bytes.IndexByte(chunk, '"') < 0 {
		return fieldStart // whole lines without quotes: nothing can be open
	}
	for _, b := range chunk {
		switch {
		case s == inQuotes:
			if b == '"' {
				s = quoteInQuotes
			}
		case b == '"' && (s == fieldStart || s == quoteInQuotes):
			s = inQuotes
		case b == delimiter || b == '\n':
			s = fieldStart
		default:
			s = inField
		}
	}
	return s
}
