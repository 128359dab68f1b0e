package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/weir-warehouse/weir/sql/gateway"
)

// answerWriters lists the formats of an answer.
func answerWriters() map[string]func(io.Writer, *gateway.Result) error {
	return map[string]func(io.Writer, *gateway.Result) error{
		formatTable: writeTable, "csv": writeCSV, formatJSON: writeJSON, "ndjson": writeNDJSON, "arrow": writeArrow, "parquet": writeParquet,
	}
}

// batches hands each batch of a result to f and releases it.
func batches(r *gateway.Result, f func(arrow.RecordBatch) error) error {
	for {
		batch, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		err = f(batch)
		batch.Release()
		if err != nil {
			return err
		}
	}
}

// rows hands each row to f as text, a NULL as null.
func rows(r *gateway.Result, null string, f func([]string) error) error {
	return batches(r, func(batch arrow.RecordBatch) error {
		cells := make([]string, batch.NumCols())
		for i := range int(batch.NumRows()) {
			for j, column := range batch.Columns() {
				cells[j] = spell(column, i, null)
			}
			if err := f(cells); err != nil {
				return err
			}
		}
		return nil
	})
}

// spell writes a value as SQL would: dates and times in ISO 8601 without the
// zone that they do not have. The text is the caller's to keep.
func spell(column arrow.Array, i int, null string) string {
	if column.IsNull(i) {
		return null
	}
	switch c := column.(type) {
	case *array.Decimal128:
		if kind, ok := c.DataType().(*arrow.Decimal128Type); ok {
			return c.Value(i).ToString(kind.Scale)
		}
	case *array.Date32:
		return c.Value(i).ToTime().Format(time.DateOnly)
	case *array.Timestamp:
		kind, ok := c.DataType().(*arrow.TimestampType)
		if !ok {
			break
		}
		t := c.Value(i).ToTime(kind.Unit)
		if kind.TimeZone != "" {
			return t.UTC().Format("2006-01-02 15:04:05.999999Z07:00")
		}
		return t.Format("2006-01-02 15:04:05.999999")
	}
	return strings.Clone(column.ValueStr(i))
}

func names(r *gateway.Result) []string {
	out := make([]string, r.Schema().NumFields())
	for i, f := range r.Schema().Fields() {
		out[i] = f.Name
	}
	return out
}

func writeTable(w io.Writer, r *gateway.Result) error {
	table := [][]string{names(r)}
	err := rows(r, "", func(cells []string) error {
		table = append(table, append([]string(nil), cells...))
		return nil
	})
	if err != nil {
		return err
	}
	fields := r.Schema().Fields()
	text := layOut(table, func(i int) bool { return isNumeric(fields[i].Type) })
	_, err = fmt.Fprintf(w, "%s\n(%d rows)\n", text, len(table)-1)
	return err
}

func isNumeric(t arrow.DataType) bool {
	return arrow.IsInteger(t.ID()) || arrow.IsFloating(t.ID()) || arrow.IsDecimal(t.ID())
}

func writeCSV(w io.Writer, r *gateway.Result) error {
	out := csv.NewWriter(w)
	if err := out.Write(names(r)); err != nil {
		return err
	}
	err := rows(r, "", out.Write)
	out.Flush()
	return errors.Join(err, out.Error())
}

// jsonRow is a row as a JSON object with its columns in order.
func jsonRow(batch arrow.RecordBatch, i int) ([]byte, error) {
	var b strings.Builder
	for j, column := range batch.Columns() {
		key, err := json.Marshal(batch.ColumnName(j))
		if err != nil {
			return nil, err
		}
		var value any = spell(column, i, "")
		if id := column.DataType().ID(); column.IsNull(i) || arrow.IsInteger(id) || arrow.IsFloating(id) || id == arrow.BOOL || arrow.IsNested(id) {
			value = column.GetOneForMarshal(i)
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		if j > 0 {
			b.WriteString(",")
		}
		b.Write(key)
		b.WriteString(":")
		b.Write(text)
	}
	return []byte("{" + b.String() + "}"), nil
}

func writeNDJSON(w io.Writer, r *gateway.Result) error {
	return batches(r, func(batch arrow.RecordBatch) error {
		for i := range int(batch.NumRows()) {
			row, err := jsonRow(batch, i)
			if err != nil {
				return err
			}
			if _, err := w.Write(append(row, '\n')); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeJSON(w io.Writer, r *gateway.Result) error {
	separator := "[\n  "
	err := batches(r, func(batch arrow.RecordBatch) error {
		for i := range int(batch.NumRows()) {
			row, err := jsonRow(batch, i)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "%s%s", separator, row); err != nil {
				return err
			}
			separator = ",\n  "
		}
		return nil
	})
	if err != nil {
		return err
	}
	if separator == "[\n  " {
		_, err = io.WriteString(w, "[]\n")
	} else {
		_, err = io.WriteString(w, "\n]\n")
	}
	return err
}

func writeArrow(w io.Writer, r *gateway.Result) error {
	out := ipc.NewWriter(w, ipc.WithSchema(r.Schema()))
	err := batches(r, out.Write)
	return errors.Join(err, out.Close())
}

func writeParquet(w io.Writer, r *gateway.Result) error {
	out, err := pqarrow.NewFileWriter(r.Schema(), plainWriter{w},
		parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd)), pqarrow.DefaultWriterProps())
	if err != nil {
		return err
	}
	err = batches(r, out.WriteBuffered)
	return errors.Join(err, out.Close())
}

// plainWriter keeps the Parquet writer from closing what it did not open.
type plainWriter struct{ io.Writer }
