package pgwire

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/encode"
)

// answer is what a statement gives: rows, or a tag alone.
type answer struct {
	tag      string // of CommandComplete; the number of rows follows that of rows
	rows     *held
	format   encode.Format // of rows, where the protocol leaves it open
	copy     *copyOptions  // the rows go out as COPY
	task     *task         // nil: the answer is at hand
	borrowed bool          // the task is a cursor's
}

// end ends the statement.
func (a *answer) end() {
	if a.rows != nil {
		a.rows.close()
	}
	if a.task != nil && !a.borrowed {
		a.task.cancel()
	}
}

// rows are the answer of a statement, in batches. A gateway's result is one.
type rows interface {
	Schema() *arrow.Schema
	Next() (arrow.RecordBatch, error) // io.EOF ends them; the caller releases a batch
	Close()
}

// held is a result from which rows are taken, as many at a time as somebody
// wants.
type held struct {
	rows   rows
	schema *arrow.Schema
	kept   []arrow.RecordBatch // read, and not yet taken
	size   uint64              // of these, in bytes
	err    error               // what comes after them
}

func hold(r rows) *held { return &held{rows: r, schema: r.Schema()} }

// take returns the next rows, at most so many.
func (h *held) take(most int64) (arrow.RecordBatch, error) {
	if len(h.kept) == 0 && h.err == nil {
		h.read()
	}
	if len(h.kept) == 0 {
		return nil, h.err
	}
	batch := h.kept[0]
	if n := batch.NumRows(); n > most {
		h.kept[0] = batch.NewSlice(most, n)
		defer batch.Release()
		return batch.NewSlice(0, most), nil
	}
	h.kept = h.kept[1:]
	if len(h.kept) == 0 {
		h.kept, h.size = nil, 0
	}
	return batch, nil
}

func (h *held) read() {
	batch, err := h.rows.Next()
	if err != nil {
		h.err = err
		h.rows.Close()
		return
	}
	h.kept = append(h.kept, batch)
	for _, a := range batch.Columns() {
		h.size += a.Data().SizeInBytes()
	}
}

// settledBytes is how much of a result is read ahead while the client thinks.
const settledBytes = 8 << 20

// settle reads ahead by one batch, and reports whether there is reason to do it
// again. A result that is not large ends in this way: it then holds no
// connection to the engine, and its time does not run out while somebody
// scrolls through it.
func (h *held) settle() (again bool) {
	if h.err != nil || h.size >= settledBytes {
		return false
	}
	h.read()
	return true
}

func (h *held) close() {
	for _, batch := range h.kept {
		batch.Release()
	}
	h.kept, h.err = nil, io.EOF
	h.rows.Close()
}

// limited are the next rows of a cursor.
type limited struct {
	from *held
	left int64
}

func (l *limited) Schema() *arrow.Schema { return l.from.schema }

func (l *limited) Next() (arrow.RecordBatch, error) {
	if l.left == 0 {
		return nil, io.EOF
	}
	batch, err := l.from.take(l.left)
	if err == nil {
		l.left -= batch.NumRows()
	}
	return batch, err
}

// Close leaves the cursor open.
func (l *limited) Close() {}

// few are rows of text that the door itself has.
type few struct {
	schema *arrow.Schema
	batch  arrow.RecordBatch
}

func newFew(names []string, rows ...[]string) *held {
	fields := make([]arrow.Field, len(names))
	columns := make([]arrow.Array, len(names))
	for i, name := range names {
		fields[i] = arrow.Field{Name: name, Type: arrow.BinaryTypes.String}
		b := array.NewStringBuilder(memory.DefaultAllocator)
		for _, row := range rows {
			b.Append(row[i])
		}
		columns[i] = b.NewArray()
	}
	schema := arrow.NewSchema(fields, nil)
	return hold(&few{schema, array.NewRecordBatch(schema, columns, int64(len(rows)))})
}

func (f *few) Schema() *arrow.Schema { return f.schema }

func (f *few) Next() (arrow.RecordBatch, error) {
	batch := f.batch
	f.batch = nil
	if batch == nil {
		return nil, io.EOF
	}
	return batch, nil
}

func (f *few) Close() {}

// encoder writes rows in one of the protocol's forms.
type encoder interface {
	Bind(batch arrow.RecordBatch)
	Append(dst []byte, row int) []byte
}

// send writes the next rows, at most so many, and reports how many there were
// and whether there are more. A batch shares one buffer, which leaves when it
// is full.
func (c *conn) send(from *held, e encoder, most int64) (n int64, more bool, err error) {
	for n < most {
		batch, err := from.take(most - n)
		if isEnd(err) {
			return n, false, nil
		}
		if err != nil {
			return n, false, err
		}
		e.Bind(batch)
		for row := range int(batch.NumRows()) {
			c.out = e.Append(c.out, row)
			if len(c.out) < writeAt {
				continue
			}
			if err := c.flush(); err != nil {
				batch.Release()
				return n, false, err
			}
		}
		n += batch.NumRows()
		batch.Release()
	}
	return n, true, nil
}
