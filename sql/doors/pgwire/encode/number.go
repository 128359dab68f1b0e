package encode

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// integer is what Arrow stores whole numbers, and moments, as.
type integer interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32
}

func textInt[T integer](a arrow.Array) writer {
	v := values[T](a)
	return func(dst []byte, row int) []byte { return strconv.AppendInt(dst, int64(v[row]), 10) }
}

func binaryInt2[T integer](a arrow.Array) writer {
	v := values[T](a)
	return func(dst []byte, row int) []byte { return binary.BigEndian.AppendUint16(dst, uint16(v[row])) }
}

func binaryInt4[T integer](a arrow.Array) writer {
	v := values[T](a)
	return func(dst []byte, row int) []byte { return binary.BigEndian.AppendUint32(dst, uint32(v[row])) }
}

func binaryInt8[T integer](a arrow.Array) writer {
	v := values[T](a)
	return func(dst []byte, row int) []byte { return appendInt64(dst, int64(v[row])) }
}

func appendInt64(dst []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(v)) //nolint:gosec // the same bits
}

func appendInt32(dst []byte, v int32) []byte {
	return binary.BigEndian.AppendUint32(dst, uint32(v)) //nolint:gosec // the same bits
}

func binaryFloat4(a arrow.Array) writer {
	v := values[float32](a)
	return func(dst []byte, row int) []byte { return binary.BigEndian.AppendUint32(dst, math.Float32bits(v[row])) }
}

func binaryFloat8(a arrow.Array) writer {
	v := values[float64](a)
	return func(dst []byte, row int) []byte { return binary.BigEndian.AppendUint64(dst, math.Float64bits(v[row])) }
}

func textFloat4(a arrow.Array) writer {
	v := values[float32](a)
	return func(dst []byte, row int) []byte { return appendFloat(dst, float64(v[row]), 32) }
}

func textFloat8(a arrow.Array) writer {
	v := values[float64](a)
	return func(dst []byte, row int) []byte { return appendFloat(dst, v[row], 64) }
}

// appendFloat writes the shortest text that reads back as v, with an exponent
// where PostgreSQL has one: below 1e-4, and from the type's own decimal
// digits on (FLT_DIG, DBL_DIG).
func appendFloat(dst []byte, v float64, bits int) []byte {
	most := 1e15
	if bits == 32 {
		most = 1e6
	}
	size := math.Abs(v)
	switch {
	case math.IsInf(v, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(v, -1):
		return append(dst, "-Infinity"...)
	case v != 0 && size < 1e-4 || size >= most:
		return strconv.AppendFloat(dst, v, 'e', -1, bits)
	}
	return strconv.AppendFloat(dst, v, 'f', -1, bits) // NaN is "NaN"
}

func textBool(a arrow.Array) writer { return truth(a, 't', 'f') }

func binaryBool(a arrow.Array) writer { return truth(a, 1, 0) }

func truth(a arrow.Array, yes, no byte) writer {
	v, ok := a.(*array.Boolean)
	return func(dst []byte, row int) []byte {
		if ok && v.Value(row) {
			return append(dst, yes)
		}
		return append(dst, no)
	}
}
