package tabular

import "bytes"

// maxRecord is the longest delimited record, in bytes, that the engine reads.
const maxRecord = 2_000_000

// shape is what a delimited record must look like: fields as in RFC 4180, as
// many as the header has, or more if those are empty.
type shape struct {
	delimiter byte
	width     int
}

// fitsPlain judges a record without quotes.
func (s *shape) fitsPlain(line []byte) bool {
	if len(line) > maxRecord || bytes.IndexByte(line, '\r') >= 0 {
		return false
	}
	sep := []byte{s.delimiter}
	n := bytes.Count(line, sep) + 1
	if n > s.width {
		return bytes.Count(bytes.TrimRight(line, string(sep)), sep) < s.width
	}
	return n == s.width
}

// fields reads a delimited record byte by byte. It takes one space before and
// spaces after a quoted field, as the engine does.
type fields struct {
	*shape
	state  fieldState
	n      int // fields so far
	filled int // the last one that holds anything
}

type fieldState int

const (
	fieldStart fieldState = iota
	spaceBefore
	inField
	inQuotes
	quoteInQuotes // closes the field, or begins an escaped quote
	spaceAfter
	afterReturn // only a newline may follow
	recordEnd
)

// read goes through whole lines of the record; it returns false when its
// quotes break.
func (f *fields) read(lines []byte) bool {
	for i := 0; i < len(lines); i++ {
		if f.state == inQuotes { // fast, since most bytes are
			n := bytes.IndexByte(lines[i:], '"')
			if n != 0 {
				f.filled = f.n
			}
			if n < 0 {
				return true
			}
			i += n
		}
		if !f.next(lines[i]) {
			return false
		}
	}
	return true
}

// next takes one byte, within quotes a quote.
func (f *fields) next(b byte) bool {
	switch f.state {
	case inQuotes:
		f.state = quoteInQuotes
		return true
	case quoteInQuotes, spaceAfter:
		if b == '"' && f.state == quoteInQuotes {
			f.state, f.filled = inQuotes, f.n
			return true
		}
		if b == ' ' {
			f.state = spaceAfter
			return true
		}
		return f.separator(b)
	case afterReturn:
		return f.separator(b) && b == '\n'
	case fieldStart, spaceBefore, inField, recordEnd:
	}
	if f.state == spaceBefore && b != '"' {
		f.filled = f.n // with the space
	}
	if f.separator(b) {
		return true
	}
	switch {
	case b == '"' && f.state != inField:
		f.state = inQuotes
	case b == ' ' && f.state == fieldStart:
		f.state = spaceBefore
	default:
		f.state, f.filled = inField, f.n
	}
	return true
}

// separator takes what may stand between fields and records.
func (f *fields) separator(b byte) bool {
	switch b {
	case f.delimiter:
		f.state = fieldStart
		f.n++
	case '\r':
		f.state = afterReturn
	case '\n':
		f.state = recordEnd
	default:
		return false
	}
	return true
}

// fit judges the number of fields at the end of the record.
func (f *fields) fit() bool {
	return f.n >= f.width && f.filled <= f.width && (f.state != spaceBefore || f.n <= f.width)
}
