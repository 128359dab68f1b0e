package tabular

import (
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
	Row  int64 // position among the well-formed records, from 0; -1: malformed
	Line int64 // physical line on which it begins, from 1
	Raw  []byte
}

// Selection says which records to find again.
type Selection struct {
	Rows  []int64 // well-formed records, ascending
	Total int64   // how many rows the engine read, to prove that both count alike
}

// Find walks the decoded file once and yields the selected and all malformed
// records in file order. It fails when it does not count the same rows as the
// engine did: then no line number could be trusted.
func (p *Prepared) Find(ctx context.Context, h Head, sel Selection, yield func(Record) error) error {
	var rows, malformed int64
	err := p.walk(ctx, h, func(r Record) error {
		switch {
		case r.Row < 0:
			malformed++
		case len(sel.Rows) > 0 && sel.Rows[0] == r.Row:
			rows, sel.Rows = r.Row+1, sel.Rows[1:]
		default:
			rows = r.Row + 1
			return nil
		}
		return yield(r)
	})
	if err != nil {
		return fmt.Errorf("find rows of %s: %w", p.Name, err)
	}
	if rows != sel.Total || malformed != p.Malformed {
		return p.ambiguous(rows, sel.Total)
	}
	return nil
}

// walk yields every record after the header.
func (p *Prepared) walk(ctx context.Context, h Head, yield func(Record) error) (err error) {
	f, err := os.Open(p.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	s := &scanner{in: contextReader{ctx, f}, buf: make([]byte, 1<<20), line: 1}
	if p.Format == Delimited {
		s.shape = &shape{delimiter: h.Dialect.Delimiter, width: len(h.Columns)}
		if err := s.skipLines(h.Dialect.Skip + 1); err != nil {
			return err
		}
	}
	for rows := int64(0); ; {
		r, ok, err := s.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case ok:
			r.Row = rows
			rows++
		}
		if err := yield(r); err != nil {
			return err
		}
	}
}

// maxLine is the longest line that is held in memory.
const maxLine = 64 << 20

// scanner splits text into records. It passes over empty lines.
type scanner struct {
	in         io.Reader
	shape      *shape // nil: a line is a record
	buf        []byte
	start, end int // of what is read and not yet given out
	eof        bool
	line       int64 // physical line, from 1, of the byte at start
}

// next returns the next record and whether it is well-formed. A record whose
// quotes break ends with its first line, so that a stray quote costs one line
// and not all up to the next quote. Raw is valid until the next call.
func (s *scanner) next() (Record, bool, error) {
	for {
		n, err := s.lineEnd(0)
		if err != nil {
			return Record{}, false, err
		}
		raw := trimNewline(s.buf[s.start : s.start+n])
		if len(raw) == 0 {
			s.advance(n)
			continue
		}
		ok := true
		if s.shape != nil {
			if n, ok, err = s.judge(n); err != nil {
				return Record{}, false, err
			}
			raw = trimNewline(s.buf[s.start : s.start+n])
		}
		r := Record{Row: -1, Line: s.line, Raw: raw}
		s.advance(n)
		return r, ok, nil
	}
}

// judge looks at the record whose first line has n bytes, and returns how many
// bytes it has itself.
func (s *scanner) judge(n int) (int, bool, error) {
	first := n
	line := s.buf[s.start : s.start+n]
	if bytes.IndexByte(line, '"') < 0 {
		return n, s.shape.fitsPlain(trimNewline(line)), nil
	}
	f := fields{shape: s.shape, n: 1}
	for from := 0; ; {
		if !f.read(s.buf[s.start+from : s.start+n]) {
			return first, false, nil
		}
		if f.state != inQuotes {
			return n, f.fit() && len(trimNewline(s.buf[s.start:s.start+n])) <= maxRecord, nil
		}
		if n > maxRecord {
			return first, false, nil
		}
		from = n
		var err error
		if n, err = s.lineEnd(from); errors.Is(err, io.EOF) {
			return first, false, nil
		} else if err != nil {
			return 0, false, err
		}
	}
}

func (s *scanner) skipLines(n int) error {
	for range n {
		end, err := s.lineEnd(0)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		s.advance(end)
	}
	return nil
}

func (s *scanner) advance(n int) {
	s.line += int64(bytes.Count(s.buf[s.start:s.start+n], []byte{'\n'}))
	s.start += n
}

// lineEnd returns where the line that holds the byte at from ends, its newline
// included, both counted from start. It is io.EOF when there is no such byte.
func (s *scanner) lineEnd(from int) (int, error) {
	for look := from; ; {
		have := s.end - s.start
		if i := bytes.IndexByte(s.buf[s.start+look:s.end], '\n'); i >= 0 {
			return look + i + 1, nil
		}
		switch {
		case s.eof && have == from:
			return 0, io.EOF
		case s.eof:
			return have, nil
		case have-from > maxLine:
			return 0, policy.Errorf(policy.DataRefused, "line %d is longer than %d bytes; it is no table of text", s.line, maxLine)
		}
		look = have
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// fill reads more, after making room for it.
func (s *scanner) fill() error {
	if s.start > 0 {
		s.end = copy(s.buf, s.buf[s.start:s.end])
		s.start = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	n, err := s.in.Read(s.buf[s.end:])
	s.end += n
	if errors.Is(err, io.EOF) {
		s.eof, err = true, nil
	}
	return err
}

func trimNewline(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
}
