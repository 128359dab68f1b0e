package httpdoor

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"

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

// lines is NDJSON: an object a row, a row a line.
type lines struct {
	w      io.Writer
	schema *arrow.Schema
	names  [][]byte
	buf    []byte
}

func newLines(w io.Writer, a answer) (encoder, error) {
	l := &lines{w: w, schema: a.Schema}
	for _, name := range distinctNames(a.Schema) {
		l.names = append(l.names, appendString(nil, name))
	}
	return l, nil
}

// distinctNames names the columns for formats in which two cannot have the same
// name: the second n is n_1.
func distinctNames(schema *arrow.Schema) []string {
	taken := map[string]bool{} // false: some column has the name, none got it yet
	for _, f := range schema.Fields() {
		taken[f.Name] = false
	}
	out := make([]string, schema.NumFields())
	for i, f := range schema.Fields() {
		name := f.Name
		for n := 1; taken[name]; n++ {
			if next := f.Name + "_" + strconv.Itoa(n); !has(taken, next) {
				name = next
			}
		}
		out[i], taken[name] = name, true
	}
	return out
}

func has(names map[string]bool, name string) bool {
	_, ok := names[name]
	return ok
}

func (l *lines) write(batch arrow.RecordBatch) error {
	columns := columnsOf(l.schema, batch)
	for i := range int(batch.NumRows()) {
		l.buf = append(appendObject(l.buf, l.names, columns, i), '\n')
	}
	_, err := l.w.Write(l.buf)
	l.buf = l.buf[:0]
	return err
}

func (l *lines) end(int64) error { return nil }

// fail writes a line that has the problem; that the body is cut off after it
// tells it from a row.
func (l *lines) fail(p problem) error {
	return json.NewEncoder(l.w).Encode(map[string]problem{"problem": p})
}

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
