package encode

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// listType is an array of PostgreSQL for a list of scalars, and JSON for a
// list of anything else.
func listType(f, element arrow.Field, name string) pgType {
	if of := elementType(name); of != "" {
		element.Metadata = arrow.NewMetadata([]string{DuckType}, []string{of})
	}
	switch element.Type.(type) {
	case arrow.ListLikeType, *arrow.StructType: // a MAP is a list
		return jsonType(f)
	}
	t := typeOf(element)
	if t.list == 0 {
		return jsonType(f)
	}
	return pgType{t.list, 0, -1, t.modifier, textList(t.text), binaryList(t)}
}

// span is where a row's elements lie.
func span(list array.ListLike, row int) (from, to int) {
	start, end := list.ValueOffsets(row)
	return int(start), int(end)
}

func binaryList(t pgType) codec {
	return func(a arrow.Array) writer {
		list, ok := a.(array.ListLike)
		if !ok {
			return verbatim(a)
		}
		elements := list.ListValues()
		write := t.binary(elements)
		return func(dst []byte, row int) []byte {
			from, to := span(list, row)
			dst = appendDimension(dst, t.oid, to-from)
			for i := from; i < to; i++ {
				if elements.IsNull(i) {
					dst = append(dst, 0xff, 0xff, 0xff, 0xff)
					continue
				}
				at := len(dst)
				dst = write(append(dst, 0, 0, 0, 0), i)
				binary.BigEndian.PutUint32(dst[at:], length(dst[at+4:]))
			}
			return dst
		}
	}
}

// appendDimension writes the head of an array (array_send): the number of
// dimensions, whether NULLs may be in it, the type of the elements, and for the
// one dimension its size and first index.
func appendDimension(dst []byte, element uint32, n int) []byte {
	if n == 0 {
		return binary.BigEndian.AppendUint32(append(dst, 0, 0, 0, 0, 0, 0, 0, 0), element)
	}
	dst = binary.BigEndian.AppendUint32(append(dst, 0, 0, 0, 1, 0, 0, 0, 1), element)
	dst = binary.BigEndian.AppendUint32(dst, uint32(n)) //nolint:gosec // the engine's lists are shorter
	return append(dst, 0, 0, 0, 1)
}

func textList(element codec) codec {
	return func(a arrow.Array) writer {
		list, ok := a.(array.ListLike)
		if !ok {
			return verbatim(a)
		}
		elements := list.ListValues()
		write := element(elements)
		return func(dst []byte, row int) []byte {
			dst = append(dst, '{')
			from, to := span(list, row)
			for i := from; i < to; i++ {
				if i > from {
					dst = append(dst, ',')
				}
				if elements.IsNull(i) {
					dst = append(dst, "NULL"...)
					continue
				}
				at := len(dst)
				dst = quoteElement(write(dst, i), at)
			}
			return append(dst, '}')
		}
	}
}

// quoteElement quotes the element that begins at a position of dst, if
// array_in would read it as something else.
func quoteElement(dst []byte, at int) []byte {
	element := dst[at:]
	plain := len(element) > 0 && !isNull(element)
	for _, c := range element {
		switch c {
		case '"', '\\', '{', '}', ',', ' ', '\t', '\n', '\r', '\v', '\f':
			plain = false
		}
	}
	if plain {
		return dst
	}
	element = append([]byte(nil), element...)
	dst = append(dst[:at], '"')
	for _, c := range element {
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

func isNull(b []byte) bool {
	return len(b) == 4 && b[0]|0x20 == 'n' && b[1]|0x20 == 'u' && b[2]|0x20 == 'l' && b[3]|0x20 == 'l'
}
