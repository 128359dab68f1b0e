package httpdoor

import (
	"encoding/base64"
	"math"
	"math/big"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// typeKey is where the gateway leaves the engine's name of a column's type.
const typeKey = "duckdb_type"

// column writes the values of one column of a batch.
type column struct {
	arrow.Array

	text func(dst []byte, i int) []byte // appends a value that is not NULL
	json bool                           // the text is JSON as it stands: a number, true, an array, an object
}

func typeOf(f arrow.Field) string {
	kind, _ := f.Metadata.GetValue(typeKey)
	return kind
}

// columnsOf returns the columns of a batch.
func columnsOf(schema *arrow.Schema, batch arrow.RecordBatch) []column {
	out := make([]column, batch.NumCols())
	for i, a := range batch.Columns() {
		out[i] = columnOf(a, typeOf(schema.Field(i)))
	}
	return out
}

// columnOf tells how the values of an array are spelled. Kind is the engine's
// type where Arrow's does not say enough, or empty.
func columnOf(a arrow.Array, kind string) column {
	c := column{Array: a}
	switch a := a.(type) {
	case *array.Boolean:
		c.json, c.text = true, func(dst []byte, i int) []byte { return strconv.AppendBool(dst, a.Value(i)) }
	case *array.Float32:
		c.json, c.text = true, func(dst []byte, i int) []byte { return appendFloat(dst, float64(a.Value(i)), 32) }
	case *array.Float64:
		c.json, c.text = true, func(dst []byte, i int) []byte { return appendFloat(dst, a.Value(i), 64) }
	case *array.Decimal128:
		c.json, c.text = true, decimalText(a)
	case *array.Decimal256:
		c.json, c.text = true, func(dst []byte, i int) []byte { return a.Value(i).BigInt().Append(dst, 10) }
	case *array.String:
		c.json, c.text = kind == "JSON" || kind == "BIGNUM", func(dst []byte, i int) []byte { return append(dst, a.Value(i)...) }
	case *array.Binary:
		c.text = func(dst []byte, i int) []byte { return base64.StdEncoding.AppendEncode(dst, a.Value(i)) }
	case *array.Dictionary:
		values := columnOf(a.Dictionary(), kind)
		c.json, c.text = values.json, func(dst []byte, i int) []byte { return values.text(dst, a.GetValueIndex(i)) }
	default:
		if text := integerText(a); text != nil {
			c.json, c.text = true, text
		} else if text := temporalText(a); text != nil {
			c.text = text
		} else {
			c.json, c.text = true, nestedText(a, kind)
		}
	}
	return c
}

func integerText(a arrow.Array) func([]byte, int) []byte {
	switch a := a.(type) {
	case *array.Int8:
		return func(dst []byte, i int) []byte { return strconv.AppendInt(dst, int64(a.Value(i)), 10) }
	case *array.Int16:
		return func(dst []byte, i int) []byte { return strconv.AppendInt(dst, int64(a.Value(i)), 10) }
	case *array.Int32:
		return func(dst []byte, i int) []byte { return strconv.AppendInt(dst, int64(a.Value(i)), 10) }
	case *array.Int64:
		return func(dst []byte, i int) []byte { return strconv.AppendInt(dst, a.Value(i), 10) }
	case *array.Uint8:
		return func(dst []byte, i int) []byte { return strconv.AppendUint(dst, uint64(a.Value(i)), 10) }
	case *array.Uint16:
		return func(dst []byte, i int) []byte { return strconv.AppendUint(dst, uint64(a.Value(i)), 10) }
	case *array.Uint32:
		return func(dst []byte, i int) []byte { return strconv.AppendUint(dst, uint64(a.Value(i)), 10) }
	case *array.Uint64:
		return func(dst []byte, i int) []byte { return strconv.AppendUint(dst, a.Value(i), 10) }
	}
	return nil
}

// appendFloat writes the shortest text that reads back the same, as JSON has
// it; NaN and infinities are words.
func appendFloat(dst []byte, x float64, bits int) []byte {
	switch {
	case math.IsNaN(x):
		return append(dst, "NaN"...)
	case math.IsInf(x, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(x, -1):
		return append(dst, "-Infinity"...)
	}
	form := byte('f')
	if size := math.Abs(x); size != 0 && (size < 1e-6 || size >= 1e21) {
		form = 'e'
	}
	return strconv.AppendFloat(dst, x, form, -1, bits)
}

// decimalText spells DECIMAL and HUGEINT.
func decimalText(a *array.Decimal128) func([]byte, int) []byte {
	var scale int32
	if t, ok := a.DataType().(*arrow.Decimal128Type); ok {
		scale = t.Scale
	}
	return func(dst []byte, i int) []byte { return appendDecimal(dst, a.Value(i), int(scale)) }
}

// unsigned is the number that the bits are without a sign. The least HUGEINT,
// negated, is right only so.
func unsigned(n decimal128.Num) *big.Int {
	high := new(big.Int).SetUint64(uint64(n.HighBits())) //nolint:gosec // the same bits
	return high.Or(high.Lsh(high, 64), new(big.Int).SetUint64(n.LowBits()))
}

func appendDecimal(dst []byte, n decimal128.Num, scale int) []byte {
	if n.Sign() < 0 {
		dst, n = append(dst, '-'), n.Negate()
	}
	start := len(dst)
	if n.HighBits() == 0 {
		dst = strconv.AppendUint(dst, n.LowBits(), 10)
	} else {
		dst = unsigned(n).Append(dst, 10)
	}
	if scale <= 0 {
		return dst
	}
	for len(dst)-start <= scale { // at least one digit before the point
		dst = append(dst, 0)
		copy(dst[start+1:], dst[start:])
		dst[start] = '0'
	}
	point := len(dst) - scale
	dst = append(dst, 0)
	copy(dst[point+1:], dst[point:])
	dst[point] = '.'
	return dst
}
