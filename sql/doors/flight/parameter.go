package flight

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// What a client may bind at once. Each row is a run of the statement.
const (
	parameterRows  = 1000
	parameterBytes = 1 << 20
)

// text is the type of a parameter whose type the gateway did not find, and of
// texts.
const text = "VARCHAR"

// parameterSchema tells a client the types of the parameters.
func parameterSchema(kinds []string) *arrow.Schema {
	fields := make([]arrow.Field, len(kinds))
	for i, k := range kinds {
		fields[i] = arrow.Field{Name: strconv.Itoa(i + 1), Type: arrowType(k), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

// arrowType is the Arrow type in which a parameter is best sent: one that
// holds its values, or text, which is cast.
func arrowType(kind string) arrow.DataType {
	switch kind {
	case "BOOLEAN":
		return arrow.FixedWidthTypes.Boolean
	case "TINYINT":
		return arrow.PrimitiveTypes.Int8
	case "SMALLINT":
		return arrow.PrimitiveTypes.Int16
	case "INTEGER":
		return arrow.PrimitiveTypes.Int32
	case "BIGINT":
		return arrow.PrimitiveTypes.Int64
	case "UTINYINT":
		return arrow.PrimitiveTypes.Uint8
	case "USMALLINT":
		return arrow.PrimitiveTypes.Uint16
	case "UINTEGER":
		return arrow.PrimitiveTypes.Uint32
	case "UBIGINT":
		return arrow.PrimitiveTypes.Uint64
	case "FLOAT":
		return arrow.PrimitiveTypes.Float32
	case "DOUBLE":
		return arrow.PrimitiveTypes.Float64
	case "DATE":
		return arrow.FixedWidthTypes.Date32
	case "TIME":
		return arrow.FixedWidthTypes.Time64us
	case "TIMESTAMP":
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case "TIMESTAMP WITH TIME ZONE":
		return arrow.FixedWidthTypes.Timestamp_us
	case "BLOB":
		return arrow.BinaryTypes.Binary
	}
	var precision, scale int32
	if _, err := fmt.Sscanf(kind, "DECIMAL(%d,%d)", &precision, &scale); err == nil {
		return &arrow.Decimal128Type{Precision: precision, Scale: scale}
	}
	return arrow.BinaryTypes.String
}

// readParameters reads all rows of parameters that a client sends.
func readParameters(r flight.MessageReader, kinds []string) ([][]gateway.Param, error) {
	rows, bytes := [][]gateway.Param{}, 0
	for r.Next() {
		batch := r.RecordBatch()
		if int(batch.NumCols()) != len(kinds) {
			return nil, policy.Errorf(policy.Usage, "the statement has %d parameters, and %d were sent", len(kinds), batch.NumCols())
		}
		if len(rows)+int(batch.NumRows()) > parameterRows {
			return nil, policy.Errorf(policy.Usage, "more than %d rows of parameters; send fewer, or join with VALUES", parameterRows)
		}
		for i := range int(batch.NumRows()) {
			row := make([]gateway.Param, len(kinds))
			for k, column := range batch.Columns() {
				var err error
				if row[k], err = parameter(column, i, kinds[k]); err != nil {
					return nil, policy.Errorf(policy.Usage, "parameter %d: %w", k+1, err)
				}
				bytes += len(row[k].Value)
			}
			rows = append(rows, row)
		}
		if bytes > parameterBytes {
			return nil, policy.Errorf(policy.Usage, "more than %d bytes of parameters; send fewer", parameterBytes)
		}
	}
	if err := r.Err(); err != nil {
		return nil, policy.Errorf(policy.Usage, "the parameters cannot be read as Arrow batches: %w", err)
	}
	return rows, nil
}

// parameter returns a value as the text that the engine casts to the type of
// the parameter. Where the gateway found no type, the client's own holds.
func parameter(column arrow.Array, i int, kind string) (gateway.Param, error) {
	value, own, err := literal(column, i)
	p := gateway.Param{Value: value, Null: column.IsNull(i)}
	if kind == text && own != text {
		p.Type = own
	}
	return p, err
}

// literal returns a value as the engine reads it, and the engine's name of the
// column's type.
func literal(column arrow.Array, i int) (value, kind string, err error) {
	switch c := column.(type) {
	case *array.Null, array.StringLike:
		kind = text
	case *array.Boolean:
		kind = "BOOLEAN"
	case *array.Int8, *array.Int16, *array.Int32, *array.Int64:
		kind = "BIGINT"
	case *array.Uint8, *array.Uint16, *array.Uint32, *array.Uint64:
		kind = "UBIGINT"
	case *array.Float32, *array.Float64:
		kind = "DOUBLE"
	case *array.Decimal32, *array.Decimal64, *array.Decimal128:
		kind = strings.ToUpper(strings.NewReplacer("decimal32", "decimal", "decimal64", "decimal", "decimal128", "decimal", " ", "").Replace(c.DataType().String()))
	case *array.Date32, *array.Date64:
		kind = "DATE"
	case *array.Time32, *array.Time64:
		kind = "TIME"
	case *array.Timestamp:
		kind = "TIMESTAMP"
		if t, ok := c.DataType().(*arrow.TimestampType); ok && t.TimeZone != "" {
			kind = "TIMESTAMP WITH TIME ZONE"
		}
	case array.BinaryLike:
		kind = "BLOB"
	case *array.Dictionary:
		return literal(c.Dictionary(), c.GetValueIndex(i))
	default:
		return "", "", fmt.Errorf("a value of Arrow's type %s; send it as text", column.DataType())
	}
	if column.IsNull(i) {
		return "", kind, nil
	}
	return written(column, i), kind, nil
}

// written writes a value that is not NULL.
func written(column arrow.Array, i int) string {
	switch c := column.(type) {
	case *array.Timestamp:
		t, _ := c.DataType().(*arrow.TimestampType) //nolint:errcheck // an array of timestamps has no other type
		form := "2006-01-02 15:04:05.999999999"
		if t.TimeZone != "" {
			form += "-07"
		}
		return c.Value(i).ToTime(t.Unit).Format(form)
	case *array.Date64:
		return c.Value(i).ToTime().Format(time.DateOnly)
	case array.StringLike:
		return strings.Clone(c.Value(i)) // not a piece of the whole message
	case interface{ Value(i int) []byte }:
		return blob(c.Value(i))
	}
	return column.ValueStr(i)
}

// blob writes bytes in the engine's form, in which each can be \xAB.
func blob(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		out.WriteString(`\x` + hex.EncodeToString([]byte{c}))
	}
	return out.String()
}

// bounded allocates what clients' messages need, and no more at once than a
// message may hold: a compressed buffer says itself how large it will be. The
// panic is what arrow-go's readers turn into an error.
type bounded struct{ memory.Allocator }

func (b bounded) Allocate(size int) []byte {
	checkSize(size)
	return b.Allocator.Allocate(size)
}

func (b bounded) Reallocate(size int, old []byte) []byte {
	checkSize(size)
	return b.Allocator.Reallocate(size, old)
}

func checkSize(size int) {
	if size > messageBytes {
		panic(fmt.Sprintf("a buffer of %d bytes; at most %d are taken", size, messageBytes))
	}
}
