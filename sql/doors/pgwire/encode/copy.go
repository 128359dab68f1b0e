package encode

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// CopyOptions say how COPY writes rows.
type CopyOptions struct {
	Format     CopyFormat
	Delimiter  byte
	Null       string
	Header     bool
	Quote      byte
	Escape     byte
	ForceQuote []bool // by column; nil: none
}

// CopyFormat is one of COPY's formats.
type CopyFormat uint8

// The formats.
const (
	CopyText CopyFormat = iota
	CopyCSV
	CopyBinary
)

// Copy writes the rows of a result as CopyData messages.
type Copy struct {
	CopyOptions

	rows  *Rows
	plain []bool // columns whose values never need quotes
}

// NewCopy prepares to write a result.
func NewCopy(columns []Column, o CopyOptions) *Copy {
	format := Text
	if o.Format == CopyBinary {
		format = Binary
	}
	formats := make([]Format, len(columns))
	c := &Copy{CopyOptions: o, plain: make([]bool, len(columns))}
	marks := strings.IndexByte("0123456789+-.:eE naifty", o.Delimiter) < 0 && o.Null != "NaN"
	for i, col := range columns {
		formats[i] = format
		c.plain[i] = marks && isPlain(col.OID) && (o.Null == "" || o.Null == `\N`)
	}
	c.rows = NewRows(columns, formats)
	return c
}

// isPlain reports whether a type's text has digits and the marks of numbers and
// moments alone.
func isPlain(oid uint32) bool {
	switch oid {
	case OIDInt2, OIDInt4, OIDInt8, OIDNumeric, OIDFloat4, OIDFloat8, OIDDate, OIDTimestamp, OIDTimestampTZ, OIDTime:
		return true
	}
	return false
}

// Bind takes the next batch.
func (c *Copy) Bind(batch arrow.RecordBatch) { c.rows.Bind(batch) }

// Append appends the CopyData message of a row.
func (c *Copy) Append(dst []byte, row int) []byte {
	return message(dst, func(dst []byte) []byte {
		if c.Format == CopyBinary {
			return c.rows.Tuple(dst, row)
		}
		for i := range c.rows.columns {
			dst = c.value(dst, i, row)
		}
		return append(dst, '\n')
	})
}

// value appends a value, with the delimiter before it unless it is the first.
func (c *Copy) value(dst []byte, i, row int) []byte {
	if i > 0 {
		dst = append(dst, c.Delimiter)
	}
	col := &c.rows.columns[i]
	if col.null(row) {
		return append(dst, c.Null...)
	}
	at := len(dst)
	dst = col.write(dst, row)
	force := c.ForceQuote != nil && c.ForceQuote[i]
	switch {
	case c.plain[i] && !force:
		return dst
	case c.Format == CopyText:
		return c.escape(dst, at)
	case force || c.needsQuotes(dst[at:], len(c.rows.columns) == 1):
		return c.quote(dst, at)
	}
	return dst
}

// Head appends what comes before the rows.
func (c *Copy) Head(dst []byte, columns []Column) []byte {
	switch {
	case c.Format == CopyBinary:
		return message(dst, func(dst []byte) []byte {
			return append(dst, "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
		})
	case !c.Header:
		return dst
	}
	return message(dst, func(dst []byte) []byte {
		for i, col := range columns {
			if i > 0 {
				dst = append(dst, c.Delimiter)
			}
			at := len(dst)
			dst = append(dst, col.Name...)
			switch {
			case c.Format == CopyText:
				dst = c.escape(dst, at)
			case c.needsQuotes(dst[at:], len(columns) == 1):
				dst = c.quote(dst, at)
			}
		}
		return append(dst, '\n')
	})
}

// Tail appends what comes after the rows.
func (c *Copy) Tail(dst []byte) []byte {
	if c.Format != CopyBinary {
		return dst
	}
	return message(dst, func(dst []byte) []byte { return append(dst, 0xff, 0xff) })
}

// message appends a CopyData message.
func message(dst []byte, body func(dst []byte) []byte) []byte {
	at := len(dst)
	dst = body(append(dst, 'd', 0, 0, 0, 0))
	binary.BigEndian.PutUint32(dst[at+1:], length(dst[at+1:]))
	return dst
}

// escape writes what begins at a position with backslashes, as COPY's text
// format has them (CopyAttributeOutText).
func (c *Copy) escape(dst []byte, at int) []byte {
	from := at
	for from < len(dst) && !c.special(dst[from]) {
		from++
	}
	if from == len(dst) {
		return dst
	}
	rest := bytes.Clone(dst[from:])
	dst = dst[:from]
	for _, b := range rest {
		if c.special(b) {
			dst = append(dst, '\\')
		}
		dst = append(dst, escaped(b))
	}
	return dst
}

func (c *Copy) special(b byte) bool {
	return b == '\\' || b == c.Delimiter || '\b' <= b && b <= '\r'
}

// escaped is the letter after the backslash.
func escaped(b byte) byte {
	if '\b' <= b && b <= '\r' {
		return "btnvfr"[b-'\b']
	}
	return b
}

// needsQuotes reports whether CSV must quote a value (CopyAttributeOutCSV).
func (c *Copy) needsQuotes(value []byte, alone bool) bool {
	if string(value) == c.Null || alone && string(value) == `\.` {
		return true
	}
	for _, b := range value {
		if b == c.Delimiter || b == c.Quote || b == '\n' || b == '\r' {
			return true
		}
	}
	return false
}

func (c *Copy) quote(dst []byte, at int) []byte {
	value := bytes.Clone(dst[at:])
	dst = append(dst[:at], c.Quote)
	for _, b := range value {
		if b == c.Quote || b == c.Escape {
			dst = append(dst, c.Escape)
		}
		dst = append(dst, b)
	}
	return append(dst, c.Quote)
}
