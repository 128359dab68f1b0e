package httpdoor

import (
	"encoding/json"
	"io"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
)

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
	given, taken := map[string]bool{}, map[string]bool{}
	for _, f := range schema.Fields() {
		given[f.Name] = true
	}
	out := make([]string, schema.NumFields())
	for i, f := range schema.Fields() {
		name := f.Name
		for n := 1; taken[name] || n > 1 && given[name]; n++ {
			name = f.Name + "_" + strconv.Itoa(n)
		}
		out[i], taken[name] = name, true
	}
	return out
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
