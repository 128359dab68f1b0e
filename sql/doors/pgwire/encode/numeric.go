package encode

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/decimal256"
)

// uint128 is the size of a number, without its sign and its decimal point.
type uint128 struct{ hi, lo uint64 }

// div divides by d.
func (v uint128) div(d uint64) (quotient uint128, rest uint64) {
	q := uint128{hi: v.hi / d}
	q.lo, rest = bits.Div64(v.hi%d, v.lo, d)
	return q, rest
}

// decimal is a number of up to 128 bits.
type decimal struct {
	negative bool
	size     uint128
}

// signed reads two's complement.
func signed(hi int64, lo uint64) decimal {
	size := uint128{hi: uint64(hi), lo: lo} //nolint:gosec // the same bits
	if hi >= 0 {
		return decimal{size: size}
	}
	low, borrow := bits.Sub64(0, size.lo, 0)
	high, _ := bits.Sub64(0, size.hi, borrow)
	return decimal{negative: true, size: uint128{hi: high, lo: low}}
}

// decimals makes the reader of a column of whole numbers in units of
// 10^-scale.
type decimals func(a arrow.Array) func(row int) decimal

func decimals128(a arrow.Array) func(row int) decimal {
	v := values[decimal128.Num](a)
	return func(row int) decimal { return signed(v[row].HighBits(), v[row].LowBits()) }
}

// unsigned128 reads a UHUGEINT, which is too large for 128 bits with a sign.
func unsigned128(a arrow.Array) func(row int) decimal {
	v := values[decimal256.Num](a)
	return func(row int) decimal {
		words := v[row].Array()
		return decimal{size: uint128{hi: words[1], lo: words[0]}}
	}
}

func unsigned64(a arrow.Array) func(row int) decimal {
	v := values[uint64](a)
	return func(row int) decimal { return decimal{size: uint128{lo: v[row]}} }
}

func textNumeric(read decimals, scale int) codec {
	return func(a arrow.Array) writer {
		at := read(a)
		return func(dst []byte, row int) []byte { return appendNumericText(dst, at(row), scale) }
	}
}

func binaryNumeric(read decimals, scale int) codec {
	return func(a arrow.Array) writer {
		at := read(a)
		return func(dst []byte, row int) []byte { return appendNumeric(dst, at(row), scale) }
	}
}

// appendNumericText writes all digits of the scale, as PostgreSQL does.
func appendNumericText(dst []byte, v decimal, scale int) []byte {
	if v.negative {
		dst = append(dst, '-')
	}
	start := len(dst)
	dst = appendDigits(dst, v.size)
	if scale == 0 {
		return dst
	}
	if missing := scale + 1 - (len(dst) - start); missing > 0 {
		dst = slices.Insert(dst, start, slices.Repeat([]byte{'0'}, missing)...)
	}
	return slices.Insert(dst, len(dst)-scale, '.')
}

const (
	tens16 = 1e16 // the largest power of 10,000 in a word
	tens19 = 1e19 // the largest power of ten in a word
)

func appendDigits(dst []byte, v uint128) []byte {
	if v.hi == 0 {
		return strconv.AppendUint(dst, v.lo, 10)
	}
	above, rest := v.div(tens19)
	dst = appendDigits(dst, above)
	start := len(dst)
	dst = strconv.AppendUint(dst, rest, 10)
	for len(dst)-start < 19 {
		dst = slices.Insert(dst, start, '0')
	}
	return dst
}

// maxGroups holds 39 digits, whatever their place about the decimal point.
const maxGroups = 12

// tens are the powers of ten below a group.
var tens = [4]uint64{1, 10, 100, 1000}

// appendNumeric writes numeric's binary form (numeric_send): digits to the base
// 10,000, aligned at the decimal point. A scale that is no multiple of four is
// aligned by dividing first: multiplying would overflow.
func appendNumeric(dst []byte, v decimal, scale int) []byte {
	var groups [maxGroups]uint16
	n := maxGroups
	push := func(digits uint64) {
		n--
		groups[n] = uint16(digits) //nolint:gosec // below 10,000
	}
	var rest uint64
	size := v.size
	if part := scale % 4; part > 0 {
		size, rest = size.div(tens[part])
		push(rest * tens[4-part])
	}
	for size.hi != 0 {
		size, rest = size.div(tens16)
		for range 4 {
			push(rest % 1e4)
			rest /= 1e4
		}
	}
	for ; size.lo != 0; size.lo /= 1e4 {
		push(size.lo % 1e4)
	}
	return appendGroups(dst, groups[n:], v.negative, scale)
}

// appendGroups writes digits whose last group ends the fraction.
func appendGroups(dst []byte, groups []uint16, negative bool, scale int) []byte {
	weight := len(groups) - (scale+3)/4 - 1
	for len(groups) > 0 && groups[len(groups)-1] == 0 {
		groups = groups[:len(groups)-1]
	}
	for len(groups) > 0 && groups[0] == 0 {
		groups, weight = groups[1:], weight-1
	}
	if len(groups) == 0 {
		weight = 0
	}
	var sign uint16
	if negative {
		sign = 0x4000
	}
	for _, word := range [4]uint16{uint16(len(groups)), uint16(weight), sign, uint16(scale)} { //nolint:gosec // the engine's numbers have at most 39 digits
		dst = binary.BigEndian.AppendUint16(dst, word)
	}
	for _, group := range groups {
		dst = binary.BigEndian.AppendUint16(dst, group)
	}
	return dst
}
