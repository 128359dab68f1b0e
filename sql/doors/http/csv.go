package httpdoor

import (
	"io"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// table is CSV (RFC 4180) with LF. NULL is nothing, an empty text is "".
type table struct {
	w      io.Writer
	schema *arrow.Schema
	buf    []byte
}

func newTable(w io.Writer, a answer) (encoder, error) {
	t := &table{w: w, schema: a.Schema}
	for i, f := range a.Schema.Fields() {
		if i > 0 {
			t.buf = append(t.buf, ',')
		}
		t.buf = appendField(t.buf, f.Name)
	}
	t.buf = append(t.buf, '\n')
	return t, nil
}

// appendField writes a CSV field.
func appendField(dst []byte, text string) []byte {
	if text != "" && !strings.ContainsAny(text, "\",\r\n") {
		return append(dst, text...)
	}
	return append(append(append(dst, '"'), strings.ReplaceAll(text, `"`, `""`)...), '"')
}

func (t *table) write(batch arrow.RecordBatch) error {
	columns := columnsOf(t.schema, batch)
	for i := range int(batch.NumRows()) {
		for j, c := range columns {
			if j > 0 {
				t.buf = append(t.buf, ',')
			}
			if c.IsValid(i) {
				start := len(t.buf)
				t.buf = c.text(t.buf, i)
				if needsQuotes(t.buf[start:]) {
					t.buf = appendField(t.buf[:start], string(t.buf[start:]))
				}
			}
		}
		t.buf = append(t.buf, '\n')
	}
	return t.flush()
}

func (t *table) flush() error {
	_, err := t.w.Write(t.buf)
	t.buf = t.buf[:0]
	return err
}

func (t *table) end(int64) error    { return t.flush() }
func (t *table) fail(problem) error { return nil }

func needsQuotes(text []byte) bool {
	if len(text) == 0 {
		return true
	}
	for _, b := range text {
		if b == '"' || b == ',' || b == '\n' || b == '\r' {
			return true
		}
	}
	return false
}
