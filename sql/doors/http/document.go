package httpdoor

import (
	"encoding/json"
	"io"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
)

// document is one JSON object: what the columns are, the rows as arrays, and
// at the end how many there were.
type document struct {
	w      io.Writer
	schema *arrow.Schema
	buf    []byte
	begun  bool // with the rows
}

type describedColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

func newDocument(w io.Writer, a answer) (encoder, error) {
	head := struct {
		ID      string            `json:"id"`
		Columns []describedColumn `json:"columns"`
		Notes   []string          `json:"notes"`
	}{a.ID, []describedColumn{}, append([]string{}, a.Notes...)}
	for _, f := range a.Schema.Fields() {
		head.Columns = append(head.Columns, describedColumn{f.Name, typeOf(f)})
	}
	text, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	return &document{w: w, schema: a.Schema, buf: append(text[:len(text)-1], `,"rows":[`...)}, nil
}

func (d *document) write(batch arrow.RecordBatch) error {
	columns := columnsOf(d.schema, batch)
	for i := range int(batch.NumRows()) {
		separator := ",\n["
		if !d.begun {
			separator, d.begun = "\n[", true
		}
		d.buf = append(d.buf, separator...)
		for j, c := range columns {
			if j > 0 {
				d.buf = append(d.buf, ',')
			}
			d.buf = c.appendJSON(d.buf, i)
		}
		d.buf = append(d.buf, ']')
	}
	return d.flush()
}

func (d *document) flush() error {
	_, err := d.w.Write(d.buf)
	d.buf = d.buf[:0]
	return err
}

func (d *document) end(rows int64) error {
	d.buf = append(strconv.AppendInt(append(d.buf, "],\n\"row_count\":"...), rows, 10), "}\n"...)
	return d.flush()
}

func (d *document) fail(p problem) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	d.buf = append(append(append(d.buf, "],\n\"problem\":"...), text...), "}\n"...)
	return d.flush()
}
