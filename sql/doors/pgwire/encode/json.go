package encode

import (
	"math"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// jsonType is the type of what PostgreSQL has no arrays of.
func jsonType(f arrow.Field) pgType {
	write := func(a arrow.Array) writer { return jsonOf(f, a) }
	return pgType{OIDJSON, 0, -1, -1, write, write}
}

// jsonOf writes values as JSON: numbers and truths as such, lists, structs, and
// maps as objects; all else as strings in PostgreSQL's text form.
func jsonOf(f arrow.Field, a arrow.Array) writer {
	switch v := a.(type) {
	case *array.Struct:
		return jsonStruct(v)
	case *array.Map:
		return jsonMap(v)
	case array.ListLike:
		return jsonList(v)
	case *array.Boolean:
		return func(dst []byte, row int) []byte {
			if v.Value(row) {
				return append(dst, "true"...)
			}
			return append(dst, "false"...)
		}
	}
	t := typeOf(f)
	write := t.text(a)
	switch t.oid {
	case OIDInt2, OIDInt4, OIDInt8, OIDNumeric, OIDJSON:
		return write
	case OIDFloat4, OIDFloat8:
		return jsonFloat(a, write)
	}
	return func(dst []byte, row int) []byte {
		at := len(dst)
		return quoteJSON(write(dst, row), at)
	}
}

// jsonFloat writes what JSON has no number for as a string.
func jsonFloat(a arrow.Array, write writer) writer {
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	is := func(int) bool { return true }
	switch v := a.(type) {
	case *array.Float32:
		is = func(row int) bool { return finite(float64(v.Value(row))) }
	case *array.Float64:
		is = func(row int) bool { return finite(v.Value(row)) }
	}
	return func(dst []byte, row int) []byte {
		if is(row) {
			return write(dst, row)
		}
		return append(write(append(dst, '"'), row), '"')
	}
}

// orNull writes null for what is.
func orNull(f arrow.Field, a arrow.Array) writer {
	write := jsonOf(f, a)
	return func(dst []byte, row int) []byte {
		if a.IsNull(row) {
			return append(dst, "null"...)
		}
		return write(dst, row)
	}
}

func jsonStruct(v *array.Struct) writer {
	names, members := make([][]byte, v.NumField()), make([]writer, v.NumField())
	kind, _ := v.DataType().(*arrow.StructType) //nolint:errcheck // a struct has no other
	for i := range members {
		f := kind.Field(i)
		names[i] = quoteJSON([]byte(f.Name), 0)
		members[i] = orNull(f, v.Field(i))
	}
	return func(dst []byte, row int) []byte {
		dst = append(dst, '{')
		for i, write := range members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(append(dst, names[i]...), ':')
			dst = write(dst, row)
		}
		return append(dst, '}')
	}
}

// jsonMap writes keys as strings, since JSON's are.
func jsonMap(v *array.Map) writer {
	kind, _ := v.DataType().(*arrow.MapType) //nolint:errcheck // a map has no other
	key, value := typeOf(kind.KeyField()).text(v.Keys()), orNull(kind.ItemField(), v.Items())
	return func(dst []byte, row int) []byte {
		from, to := span(v, row)
		dst = append(dst, '{')
		for i := from; i < to; i++ {
			if i > from {
				dst = append(dst, ',')
			}
			at := len(dst)
			dst = append(quoteJSON(key(dst, i), at), ':')
			dst = value(dst, i)
		}
		return append(dst, '}')
	}
}

func jsonList(v array.ListLike) writer {
	kind, ok := v.DataType().(arrow.ListLikeType)
	if !ok {
		return verbatim(v)
	}
	element := orNull(kind.ElemField(), v.ListValues())
	return func(dst []byte, row int) []byte {
		from, to := span(v, row)
		dst = append(dst, '[')
		for i := from; i < to; i++ {
			if i > from {
				dst = append(dst, ',')
			}
			dst = element(dst, i)
		}
		return append(dst, ']')
	}
}

// quoteJSON makes a string of the text that begins at a position of dst.
func quoteJSON(dst []byte, at int) []byte {
	const digits = "0123456789abcdef"
	text := append([]byte(nil), dst[at:]...)
	dst = append(dst[:at], '"')
	for len(text) > 0 {
		c, size := utf8.DecodeRune(text)
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', byte(c))
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			dst = append(dst, text[:size]...)
		}
		text = text[size:]
	}
	return append(dst, '"')
}
