package httpdoor

import (
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// appendJSON writes a value of the column as JSON. Numbers have all their
// digits; NaN and infinities, which JSON does not have, are strings.
func (c column) appendJSON(dst []byte, i int) []byte {
	if c.IsNull(i) {
		return append(dst, "null"...)
	}
	start := len(dst)
	if c.json {
		dst = c.text(dst, i)
		if !isWord(dst[start:]) {
			return dst
		}
		return appendString(dst[:start], string(dst[start:]))
	}
	dst = c.text(dst, i)
	return appendString(dst[:start], string(dst[start:]))
}

// isWord reports whether the text of a number is NaN or an infinity.
func isWord(text []byte) bool {
	return len(text) > 1 && (text[0] == 'N' || text[0] == 'I' || text[0] == '-' && text[1] == 'I')
}

// appendString writes a JSON string (RFC 8259, section 7).
func appendString(dst []byte, text string) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(text); {
		b := text[i]
		if b < utf8.RuneSelf {
			i++
			switch {
			case b == '"' || b == '\\':
				dst = append(dst, '\\', b)
			case b == '\n':
				dst = append(dst, '\\', 'n')
			case b == '\t':
				dst = append(dst, '\\', 't')
			case b < ' ':
				dst = append(dst, '\\', 'u', '0', '0', digits[b>>4], digits[b&15])
			default:
				dst = append(dst, b)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		dst = utf8.AppendRune(dst, r) // U+FFFD for what is no UTF-8
		i += size
	}
	return append(dst, '"')
}

// nestedText writes lists as arrays, structs as objects, and maps as arrays of
// objects with key and value, since keys need not be texts. A union is its
// value.
func nestedText(a arrow.Array, kind string) func([]byte, int) []byte {
	switch a := a.(type) {
	case *array.Map:
		return listText(a, "STRUCT("+part(kind, 0)+", "+part(kind, 1)+")")
	case array.ListLike:
		return listText(a, part(kind, 0))
	case *array.Struct:
		return structText(a, kind)
	case array.Union:
		fields := make([]column, a.NumFields())
		for i := range fields {
			fields[i] = columnOf(a.Field(i), part(kind, i))
		}
		return func(dst []byte, i int) []byte { return fields[a.ChildID(i)].appendJSON(dst, unionIndex(a, i)) }
	}
	return func(dst []byte, i int) []byte { return appendString(dst, a.ValueStr(i)) }
}

func unionIndex(a array.Union, i int) int {
	if dense, ok := a.(*array.DenseUnion); ok {
		return int(dense.ValueOffset(i))
	}
	return i
}

func listText(a array.ListLike, kind string) func([]byte, int) []byte {
	items := columnOf(a.ListValues(), kind)
	return func(dst []byte, i int) []byte {
		from, to := a.ValueOffsets(i)
		dst = append(dst, '[')
		for j := from; j < to; j++ {
			if j > from {
				dst = append(dst, ',')
			}
			dst = items.appendJSON(dst, int(j))
		}
		return append(dst, ']')
	}
}

func structText(a *array.Struct, name string) func([]byte, int) []byte {
	kind, ok := a.DataType().(*arrow.StructType)
	if !ok {
		return nil
	}
	names, fields := make([][]byte, a.NumField()), make([]column, a.NumField())
	for i := range fields {
		names[i], fields[i] = appendString(nil, kind.Field(i).Name), columnOf(a.Field(i), part(name, i))
	}
	return func(dst []byte, i int) []byte { return appendObject(dst, names, fields, i) }
}

// appendObject writes a row as an object. Names are JSON strings.
func appendObject(dst []byte, names [][]byte, columns []column, row int) []byte {
	dst = append(dst, '{')
	for i, c := range columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(dst, names[i]...), ':')
		dst = c.appendJSON(dst, row)
	}
	return append(dst, '}')
}
