package httpdoor

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// groupBytes of rows, as Arrow holds them, make a row group. A group is held in
// memory: Parquet has a column whole before the next.
const groupBytes = 4 << 20

// file is a Parquet file. It is readable only with what stands at its end, so
// one that is cut off is none.
type file struct {
	*pqarrow.FileWriter

	from *arrow.Schema
	to   *arrow.Schema
	held uint64 // bytes of the row group
}

func newParquet(w io.Writer, a answer) (encoder, error) {
	f := &file{from: a.Schema}
	fields := a.Schema.Fields()
	for i, name := range distinctNames(a.Schema) {
		fields[i].Name = name
		if !parquetHas(fields[i].Type) {
			fields[i].Type = arrow.BinaryTypes.String
		}
	}
	f.to = arrow.NewSchema(fields, nil)
	var err error
	f.FileWriter, err = pqarrow.NewFileWriter(f.to, plain{w},
		parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy)), pqarrow.DefaultWriterProps())
	return f, err
}

// plain keeps the Parquet writer from closing what it did not open.
type plain struct{ io.Writer }

// parquetHas reports whether Parquet has a type for a column. For others there
// are the texts of CSV.
func parquetHas(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.MonthDayNanoIntervalType, arrow.UnionType, *arrow.FixedSizeListType, *arrow.Decimal256Type:
		return false
	case arrow.NestedType:
		for _, f := range t.Fields() {
			if !parquetHas(f.Type) {
				return false
			}
		}
	}
	return true
}

func (f *file) write(batch arrow.RecordBatch) error {
	columns := make([]arrow.Array, batch.NumCols())
	for i, c := range columnsOf(f.from, batch) {
		columns[i] = c.Array
		if !parquetHas(f.from.Field(i).Type) {
			spelled := c.spelled()
			defer spelled.Release()
			columns[i] = spelled
		}
	}
	out := array.NewRecordBatch(f.to, columns, batch.NumRows())
	defer out.Release()
	if f.held >= groupBytes {
		if err := f.NewBufferedRowGroupChecked(); err != nil {
			return err
		}
		f.held = 0
	}
	for _, c := range columns {
		f.held += c.Data().SizeInBytes()
	}
	return f.WriteBuffered(out)
}

// spelled is the column as texts.
func (c column) spelled() arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	for i := range c.Len() {
		if c.IsNull(i) {
			b.AppendNull()
		} else {
			b.Append(string(c.text(nil, i)))
		}
	}
	return b.NewArray()
}

func (f *file) end(int64) error    { return f.Close() }
func (f *file) fail(problem) error { return nil }
