// Package encode writes Arrow batches as PostgreSQL sends values: DataRow
// messages and COPY rows, in text and in binary. How a column is written is
// chosen once for a result and bound once to a batch, so that a value costs one
// call. It knows types and values, and neither connections nor statements; a
// value that PostgreSQL's type cannot hold is written as the nearest one it can.
package encode

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
)

// Format is how a value is written.
type Format int16

// The formats, as the protocol numbers them.
const (
	Text   Format = 0
	Binary Format = 1
)

// Column is a column as the protocol describes it.
type Column struct {
	Name     string
	OID      uint32
	Size     int16 // bytes of a value, or -1 where they differ
	Modifier int32 // -1: none

	text, binary codec
}

// writer appends the value of a row to dst.
type writer func(dst []byte, row int) []byte

// codec makes the writer of a column in a batch.
type codec func(a arrow.Array) writer

// Columns describes the columns of a result.
func Columns(s *arrow.Schema) []Column {
	columns := make([]Column, s.NumFields())
	for i, f := range s.Fields() {
		t := typeOf(f)
		columns[i] = Column{Name: f.Name, OID: t.oid, Size: t.size, Modifier: t.modifier, text: t.text, binary: t.binary}
	}
	return columns
}

// Rows writes the rows of a result.
type Rows struct {
	codecs  []codec
	columns []bound
}

// bound is a column of the current batch.
type bound struct {
	write  writer
	valid  []byte // nil: every value is
	offset int    // of row 0 in valid
}

// NewRows prepares to write a result. Formats holds one for each column.
func NewRows(columns []Column, formats []Format) *Rows {
	r := &Rows{columns: make([]bound, len(columns))}
	for i, c := range columns {
		if formats[i] == Binary {
			r.codecs = append(r.codecs, c.binary)
		} else {
			r.codecs = append(r.codecs, c.text)
		}
	}
	return r
}

// Bind takes the next batch, whose rows can be written until it is released.
func (r *Rows) Bind(batch arrow.RecordBatch) {
	for i, a := range batch.Columns() {
		c := bound{write: r.codecs[i](a)}
		if a.NullN() != 0 {
			c.valid, c.offset = a.NullBitmapBytes(), a.Data().Offset()
		}
		r.columns[i] = c
	}
}

// null reports whether the column has no value in a row.
func (c *bound) null(row int) bool {
	return c.valid != nil && bitutil.BitIsNotSet(c.valid, c.offset+row)
}

// Append appends the DataRow message of a row of the batch.
func (r *Rows) Append(dst []byte, row int) []byte {
	start := len(dst)
	dst = append(dst, 'D', 0, 0, 0, 0)
	dst = r.Tuple(dst, row)
	binary.BigEndian.PutUint32(dst[start+1:], length(dst[start+1:]))
	return dst
}

// Tuple appends a row as DataRow and binary COPY have it: the number of
// columns, then the length and the bytes of each.
func (r *Rows) Tuple(dst []byte, row int) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(r.columns))) //nolint:gosec // the engine has fewer columns
	for i := range r.columns {
		c := &r.columns[i]
		if c.null(row) {
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		at := len(dst)
		dst = c.write(append(dst, 0, 0, 0, 0), row)
		binary.BigEndian.PutUint32(dst[at:], length(dst[at+4:]))
	}
	return dst
}

// length is how many bytes there are, as the protocol counts.
func length(b []byte) uint32 { return uint32(len(b)) } //nolint:gosec // the engine's values are below 4 GiB
