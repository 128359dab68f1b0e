package encode

import (
	"encoding/binary"
	"encoding/hex"
	"math/big"

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

// The engine's bit string is a byte that counts the padding, then the bits,
// padded on the left. PostgreSQL pads on the right.
func bitString(b []byte) (padding int, bits []byte) {
	if len(b) < 2 || b[0] > 7 {
		return 0, nil
	}
	return int(b[0]), b[1:]
}

func textBits(a arrow.Array) writer {
	at := bytesOf(a)
	return func(dst []byte, row int) []byte {
		padding, bits := bitString(at(row))
		for i := padding; i < 8*len(bits); i++ {
			dst = append(dst, '0'+bits[i/8]>>(7-i%8)&1)
		}
		return dst
	}
}

func binaryBits(a arrow.Array) writer {
	at := bytesOf(a)
	return func(dst []byte, row int) []byte {
		padding, bits := bitString(at(row))
		dst = binary.BigEndian.AppendUint32(dst, 8*length(bits)-uint32(padding)) //nolint:gosec // at most seven
		for i, b := range bits {
			b <<= padding
			if i+1 < len(bits) {
				b |= bits[i+1] >> (8 - padding)
			}
			dst = append(dst, b)
		}
		return dst
	}
}

// textBignum writes the engine's arbitrarily large whole numbers: three bytes
// of header, whose first bit says whether the number is not negative, then the
// number, each bit of which is inverted if it is.
func textBignum(a arrow.Array) writer {
	at := bytesOf(a)
	return func(dst []byte, row int) []byte {
		const header = 3
		b := at(row)
		if len(b) < header {
			return dst
		}
		size := append([]byte(nil), b[header:]...)
		if b[0]&0x80 != 0 {
			return new(big.Int).SetBytes(size).Append(dst, 10)
		}
		for i := range size {
			size[i] = ^size[i]
		}
		return new(big.Int).SetBytes(size).Append(append(dst, '-'), 10)
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
			writers[i] = typeOf(f).text(stored(u.Field(i)))
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

// textUUID and binaryUUID read a UUID that is text or 16 bytes.
func textUUID(a arrow.Array) writer {
	if _, ok := a.(*array.FixedSizeBinary); !ok {
		return verbatim(a)
	}
	at := fixed(a)
	return func(dst []byte, row int) []byte {
		b := at(row)
		for i, part := range [][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
			if i > 0 {
				dst = append(dst, '-')
			}
			dst = hex.AppendEncode(dst, part)
		}
		return dst
	}
}

func binaryUUID(a arrow.Array) writer {
	if _, ok := a.(*array.FixedSizeBinary); ok {
		at := fixed(a)
		return func(dst []byte, row int) []byte { return append(dst, at(row)...) }
	}
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
