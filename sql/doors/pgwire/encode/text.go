package encode

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// verbatim writes strings as they are, which is their form in text and in
// binary alike.
func verbatim(a arrow.Array) writer {
	switch v := a.(type) {
	case *array.String:
		return func(dst []byte, row int) []byte { return append(dst, v.Value(row)...) }
	case *array.Binary:
		return func(dst []byte, row int) []byte { return append(dst, v.Value(row)...) }
	case *array.Dictionary:
		write := verbatim(v.Dictionary())
		return func(dst []byte, row int) []byte { return write(dst, v.GetValueIndex(row)) }
	default:
		return func(dst []byte, row int) []byte { return append(dst, a.ValueStr(row)...) }
	}
}

// bytesOf reads a column of byte strings.
func bytesOf(a arrow.Array) func(row int) []byte {
	if v, ok := a.(*array.Binary); ok {
		return v.Value
	}
	return func(int) []byte { return nil }
}

func textBytes(a arrow.Array) writer {
	at := bytesOf(a)
	return func(dst []byte, row int) []byte { return hex.AppendEncode(append(dst, `\x`...), at(row)) }
}

// binaryBits writes the number of bits, and then eight in a byte, the first one
// highest (varbit_send).
func binaryBits(a arrow.Array) writer {
	text := verbatim(a)
	return func(dst []byte, row int) []byte {
		at := len(dst)
		dst = text(append(dst, 0, 0, 0, 0), row)
		digits := dst[at+4:]
		n, packed := length(digits), digits[:0]
		for i, digit := range digits {
			if i%8 == 0 {
				packed = append(packed, 0) // over digits that are read
			}
			packed[i/8] |= (digit - '0') << (7 - i%8)
		}
		binary.BigEndian.PutUint32(dst[at:], n)
		return dst[:at+4+len(packed)]
	}
}

// textUnion writes the member that a row has.
func textUnion(members []arrow.Field) codec {
	return func(a arrow.Array) writer {
		u, ok := a.(array.Union)
		if !ok {
			return verbatim(a)
		}
		writers := make([]writer, len(members))
		for i, f := range members {
			writers[i] = typeOf(f).text(u.Field(i))
		}
		return func(dst []byte, row int) []byte {
			member := u.ChildID(row)
			if u.Field(member).IsNull(row) {
				return dst
			}
			return writers[member](dst, row)
		}
	}
}

// binaryUUID reads a UUID's hexadecimal digits.
func binaryUUID(a arrow.Array) writer {
	text := verbatim(a)
	return func(dst []byte, row int) []byte {
		var space [36]byte
		var high byte
		nibbles := 0
		for _, c := range text(space[:0], row) {
			if c == '-' {
				continue
			}
			nibble := c - '0'
			if c > '9' {
				nibble = c - 'a' + 10
			}
			if nibbles++; nibbles%2 == 1 {
				high = nibble << 4
				continue
			}
			dst = append(dst, high|nibble)
		}
		return dst
	}
}
