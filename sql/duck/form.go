package duck

import (
	"encoding/hex"
	"math/big"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/decimal256"
	"github.com/apache/arrow-go/v18/arrow/memory"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// The engine exports without loss (arrow_lossless_conversion): what Arrow has no
// type for comes as bytes of the engine's own, under an extension's name. Few
// readers know these, so they are given on as types that all know: a BOOLEAN in
// bits, HUGEINT and UHUGEINT as decimals, and UUID, TIMETZ, BIT and BIGNUM as
// the texts that the engine casts them to.

// form turns what the engine exports into what is given on. A nil form leaves
// it as it is.
type form func(arrow.ArrayData) arrow.ArrayData

// formOf returns a field of the engine's type as it is given on, and the form of
// its column.
func formOf(f arrow.Field, t bindings.LogicalType) (arrow.Field, form) {
	e, extended := f.Type.(arrow.ExtensionType)
	if extended {
		f.Type = e.StorageType()
	}
	f.Metadata = arrow.Metadata{} // which names the extension
	var give form
	switch bindings.GetTypeId(t) {
	case bindings.TypeBoolean:
		f.Type, give = arrow.FixedWidthTypes.Boolean, bits
	case bindings.TypeHugeInt:
		f.Type, give = &arrow.Decimal128Type{Precision: 38}, signed
	case bindings.TypeUHugeInt:
		f.Type, give = &arrow.Decimal256Type{Precision: 39}, unsigned
	case bindings.TypeUUID:
		f.Type, give = arrow.BinaryTypes.String, fixedText(16, appendUUID)
	case bindings.TypeTimeTZ:
		f.Type, give = arrow.BinaryTypes.String, fixedText(8, appendTimeTZ)
	case bindings.TypeBit:
		f.Type, give = arrow.BinaryTypes.String, binaryText(appendBits)
	case bindings.TypeBigNum:
		f.Type, give = arrow.BinaryTypes.String, binaryText(appendBignum)
	default:
		f.Type, give = nested(f.Type, t)
	}
	if extended && give == nil {
		give = func(d arrow.ArrayData) arrow.ArrayData { return same(d, f.Type, d.Buffers()[1:]...) }
	}
	return f, give
}

// nested forms what a type is made of.
func nested(t arrow.DataType, engine bindings.LogicalType) (arrow.DataType, form) {
	switch t := t.(type) {
	case *arrow.ListType:
		return around([]arrow.Field{t.ElemField()}, []bindings.LogicalType{bindings.ListTypeChildType(engine)},
			func(f []arrow.Field) arrow.DataType { return arrow.ListOfField(f[0]) })
	case *arrow.FixedSizeListType:
		return around([]arrow.Field{t.ElemField()}, []bindings.LogicalType{bindings.ArrayTypeChildType(engine)},
			func(f []arrow.Field) arrow.DataType { return arrow.FixedSizeListOfField(t.Len(), f[0]) })
	case *arrow.StructType:
		return around(t.Fields(), each(engine, t.NumFields(), bindings.StructTypeChildType),
			func(f []arrow.Field) arrow.DataType { return arrow.StructOf(f...) })
	case *arrow.SparseUnionType:
		return around(t.Fields(), each(engine, t.NumFields(), bindings.UnionTypeMemberType),
			func(f []arrow.Field) arrow.DataType { return arrow.SparseUnionOf(f, t.TypeCodes()) })
	case *arrow.MapType:
		return mapOf(t, engine)
	}
	return t, nil
}

func each(t bindings.LogicalType, n int, part func(bindings.LogicalType, bindings.IdxT) bindings.LogicalType) []bindings.LogicalType {
	out := make([]bindings.LogicalType, n)
	for i := range out {
		out[i] = part(t, bindings.IdxT(i))
	}
	return out
}

// mapOf forms a map, which Arrow has as a list of structs.
func mapOf(t *arrow.MapType, engine bindings.LogicalType) (arrow.DataType, form) {
	var key, item arrow.Field
	_, give := around([]arrow.Field{t.KeyField(), t.ItemField()},
		[]bindings.LogicalType{bindings.MapTypeKeyType(engine), bindings.MapTypeValueType(engine)},
		func(f []arrow.Field) arrow.DataType {
			key, item = f[0], f[1]
			return arrow.StructOf(f...)
		})
	return over(arrow.MapOfFields(key, item), []form{give})
}

// around forms a type by the forms of its parts, whose types it destroys.
func around(parts []arrow.Field, engine []bindings.LogicalType, of func([]arrow.Field) arrow.DataType) (arrow.DataType, form) {
	defer destroy(engine)
	given, forms := make([]arrow.Field, len(parts)), make([]form, len(parts))
	for i := range parts {
		given[i], forms[i] = formOf(parts[i], engine[i])
	}
	return over(of(given), forms)
}

// over forms the children of a column of type t.
func over(t arrow.DataType, forms []form) (arrow.DataType, form) {
	if !slices.ContainsFunc(forms, func(f form) bool { return f != nil }) {
		return t, nil
	}
	return t, func(d arrow.ArrayData) arrow.ArrayData {
		children := slices.Clone(d.Children())
		for i, give := range forms {
			if give != nil {
				children[i] = give(children[i])
				defer children[i].Release()
			}
		}
		return array.NewData(t, d.Len(), d.Buffers(), children, d.NullN(), d.Offset())
	}
}

// same gives a column other values with the same NULLs.
func same(d arrow.ArrayData, t arrow.DataType, buffers ...*memory.Buffer) arrow.ArrayData {
	return array.NewData(t, d.Len(), append([]*memory.Buffer{d.Buffers()[0]}, buffers...), nil, d.NullN(), d.Offset())
}

// end is how many values lie in a column's buffers, up to its last one.
func end(d arrow.ArrayData) int { return d.Offset() + d.Len() }

func bits(d arrow.ArrayData) arrow.ArrayData {
	out := make([]byte, bitutil.BytesForBits(int64(end(d))))
	for i, v := range d.Buffers()[1].Bytes()[:end(d)] {
		if v != 0 {
			out[i/8] |= 1 << (i % 8)
		}
	}
	return same(d, arrow.FixedWidthTypes.Boolean, memory.NewBufferBytes(out))
}

// signed takes 16 little-endian bytes for what they are.
func signed(d arrow.ArrayData) arrow.ArrayData {
	return same(d, &arrow.Decimal128Type{Precision: 38}, d.Buffers()[1])
}

func unsigned(d arrow.ArrayData) arrow.ArrayData {
	words := arrow.Uint64Traits.CastFromBytes(d.Buffers()[1].Bytes())
	out := make([]decimal256.Num, end(d))
	for i := range out {
		out[i] = decimal256.New(0, 0, words[2*i+1], words[2*i])
	}
	return same(d, &arrow.Decimal256Type{Precision: 39}, memory.NewBufferBytes(arrow.Decimal256Traits.CastToBytes(out)))
}

// texts spells a column's values; at appends one.
func texts(d arrow.ArrayData, at func(dst []byte, i int) []byte) arrow.ArrayData {
	offsets, known := make([]int32, end(d)+1), d.Buffers()[0]
	var out []byte
	for i := range end(d) {
		if known == nil || known.Len() == 0 || bitutil.BitIsSet(known.Bytes(), i) {
			out = at(out, i)
		}
		offsets[i+1] = int32(len(out)) //nolint:gosec // of 2,048 values
	}
	return same(d, arrow.BinaryTypes.String, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(offsets)), memory.NewBufferBytes(out))
}

func fixedText(size int, spell func(dst, value []byte) []byte) form {
	return func(d arrow.ArrayData) arrow.ArrayData {
		values := d.Buffers()[1].Bytes()
		return texts(d, func(dst []byte, i int) []byte { return spell(dst, values[i*size:(i+1)*size]) })
	}
}

func binaryText(spell func(dst, value []byte) []byte) form {
	return func(d arrow.ArrayData) arrow.ArrayData {
		offsets, values := arrow.Int32Traits.CastFromBytes(d.Buffers()[1].Bytes()), d.Buffers()[2].Bytes()
		return texts(d, func(dst []byte, i int) []byte { return spell(dst, values[offsets[i]:offsets[i+1]]) })
	}
}

func appendUUID(dst, b []byte) []byte {
	for i, end := range []int{4, 6, 8, 10, 16} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst, b = hex.AppendEncode(dst, b[:end-(16-len(b))]), b[end-(16-len(b)):]
	}
	return dst
}

// appendTimeTZ spells a time of day with its offset from UTC: 40 bits of
// microseconds, 24 bits of the greatest offset less this one, in seconds.
func appendTimeTZ(dst, b []byte) []byte {
	const greatest = 16*3600 - 1
	word := arrow.Uint64Traits.CastFromBytes(b)[0]
	micros, east := int(word>>24), greatest-int(word&(1<<24-1))
	dst = appendClock(dst, micros/1e6)
	if rest := micros % 1e6; rest != 0 {
		digits := strconv.Itoa(1e6 + rest)[1:]
		for digits[len(digits)-1] == '0' {
			digits = digits[:len(digits)-1]
		}
		dst = append(append(dst, '.'), digits...)
	}
	sign := byte('+')
	if east < 0 {
		sign, east = '-', -east
	}
	clock := appendClock(append(dst, sign), east)
	for range 2 { // zero seconds, and then zero minutes, are left out
		if string(clock[len(clock)-3:]) == ":00" {
			clock = clock[:len(clock)-3]
		}
	}
	return clock
}

func appendClock(dst []byte, seconds int) []byte {
	for i, part := range []int{seconds / 3600, seconds / 60 % 60, seconds % 60} {
		if i > 0 {
			dst = append(dst, ':')
		}
		if part < 10 {
			dst = append(dst, '0')
		}
		dst = strconv.AppendInt(dst, int64(part), 10)
	}
	return dst
}

// appendBits spells a BIT: a byte with the number of bits that pad the first
// data byte on its left, then the data.
func appendBits(dst, value []byte) []byte {
	for n := int(value[0]); n < (len(value)-1)*8; n++ {
		dst = append(dst, '0'+value[1+n/8]>>(7-n%8)&1)
	}
	return dst
}

// appendBignum spells a BIGNUM: three bytes of which the first bit says that it
// is not negative, then the magnitude, big-endian. Of a negative one all bits
// are inverted.
func appendBignum(dst, value []byte) []byte {
	const header = 3
	digits := slices.Clone(value[header:])
	n := new(big.Int)
	if value[0]&0x80 != 0 {
		return n.SetBytes(digits).Append(dst, 10)
	}
	for i := range digits {
		digits[i] = ^digits[i]
	}
	return n.Neg(n.SetBytes(digits)).Append(dst, 10)
}
