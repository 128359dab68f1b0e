package encode_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/encode"
)

// value writes row 0 of a column in a format, and returns the type too.
func value(f arrow.Field, a arrow.Array, format encode.Format) (oid uint32, out []byte) {
	schema := arrow.NewSchema([]arrow.Field{f}, nil)
	columns := encode.Columns(schema)
	rows := encode.NewRows(columns, []encode.Format{format})
	rows.Bind(array.NewRecordBatch(schema, []arrow.Array{a}, 1))
	out = rows.Tuple(nil, 0)
	if binary.BigEndian.Uint16(out) != 1 {
		panic("not one column")
	}
	return columns[0].OID, out[6:]
}

func named(t arrow.DataType, name string) arrow.Field {
	return arrow.Field{Name: "c", Type: t, Nullable: true, Metadata: arrow.NewMetadata([]string{encode.DuckType}, []string{name})}
}

// decimalOf is a number in units of 10^-scale.
func decimalOf(n *big.Int, scale int) string {
	digits := new(big.Int).Abs(n).String()
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	if scale > 0 {
		digits = digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	}
	if n.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

// TestNumeric asserts that a number of any size and scale arrives as big.Int
// has it, in text and in pgx's reading of the binary form.
func TestNumeric(t *testing.T) {
	t.Parallel()
	types := pgtype.NewMap()
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.IntRange(0, 38).Draw(t, "scale")
		hi, lo := rapid.Int64().Draw(t, "hi"), rapid.Uint64().Draw(t, "lo")
		if rapid.Bool().Draw(t, "small") {
			hi = 0
			lo %= uint64(math.Pow10(rapid.IntRange(0, 19).Draw(t, "digits")))
		}
		n := decimal128.New(hi, lo)
		b := array.NewDecimal128Builder(memory.DefaultAllocator, &arrow.Decimal128Type{Precision: 38, Scale: int32(scale)})
		b.Append(n)
		f := arrow.Field{Name: "c", Type: b.Type()}
		a := b.NewArray()
		if _, text := value(f, a, encode.Text); string(text) != decimalOf(n.BigInt(), scale) {
			t.Fatalf("%s, want %s", text, decimalOf(n.BigInt(), scale))
		}
		_, sent := value(f, a, encode.Binary)
		var got pgtype.Numeric
		if err := types.Scan(pgtype.NumericOID, pgtype.BinaryFormatCode, sent, &got); err != nil {
			t.Fatal(err)
		}
		want := new(big.Rat).SetFrac(n.BigInt(), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
		exp := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(got.Exp, -got.Exp))), nil)
		is := new(big.Rat).SetInt(got.Int)
		if got.Exp < 0 {
			is.Quo(is, new(big.Rat).SetInt(exp))
		} else {
			is.Mul(is, new(big.Rat).SetInt(exp))
		}
		if is.Cmp(want) != 0 {
			t.Fatalf("%s in binary, want %s", is, want)
		}
	})
}

// TestMoments asserts that dates and times are written as package time has
// them.
func TestMoments(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(-62135596800e6, 253402300799e6).Draw(t, "microseconds since 1970")
		at := time.UnixMicro(micros).UTC()
		b := array.NewTimestampBuilder(memory.DefaultAllocator, &arrow.TimestampType{Unit: arrow.Microsecond})
		b.Append(arrow.Timestamp(micros))
		a := b.NewArray()
		f := arrow.Field{Name: "c", Type: a.DataType()}
		if _, text := value(f, a, encode.Text); string(text) != at.Format("2006-01-02 15:04:05.999999") {
			t.Fatalf("%s, want %s", text, at)
		}
		_, sent := value(f, a, encode.Binary)
		if got := int64(binary.BigEndian.Uint64(sent)) + 946684800e6; got != micros {
			t.Fatalf("%d in binary, want %d", got, micros)
		}
	})
}

// TestFloats asserts that the text of a number reads back as that number.
func TestFloats(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
		b := array.NewFloat64Builder(memory.DefaultAllocator)
		b.Append(v)
		_, text := value(arrow.Field{Name: "c", Type: arrow.PrimitiveTypes.Float64}, b.NewArray(), encode.Text)
		got, err := strconv.ParseFloat(string(text), 64)
		if err != nil || got != v && !math.IsNaN(v) {
			t.Fatalf("%s (%v), want %v", text, err, v)
		}
	})
}

// TestTextsInBinary asserts the binary forms of values that come as texts, as
// PostgreSQL's functions send them.
func TestTextsInBinary(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		oid        uint32
		binary     string
	}{
		{"TIME WITH TIME ZONE", "10:00:00+02", encode.OIDTimeTZ, "\x00\x00\x00\x08\x61\xc4\x68\x00\xff\xff\xe3\xe0"},
		{"TIME WITH TIME ZONE", "00:00:00.5-03:30:15", encode.OIDTimeTZ, "\x00\x00\x00\x00\x00\x07\xa1\x20\x00\x00\x31\x47"},
		{"UUID", "00010203-0405-0607-0809-0a0b0c0d0e0f", encode.OIDUUID, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"},
		{"BIT", "10110", encode.OIDVarbit, "\x00\x00\x00\x05\xb0"},
		{"BIT", "1011000111110", encode.OIDVarbit, "\x00\x00\x00\x0d\xb1\xf0"},
	} {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		b.Append(tt.text)
		f, column := named(arrow.BinaryTypes.String, tt.name), b.NewArray()
		oid, text := value(f, column, encode.Text)
		_, sent := value(f, column, encode.Binary)
		if oid != tt.oid || string(text) != tt.text || string(sent) != tt.binary {
			t.Errorf("%s %s: type %d, %q, %q", tt.name, tt.text, oid, text, sent)
		}
	}
}

// TestSlices asserts that part of a batch is written as that part.
func TestSlices(t *testing.T) {
	t.Parallel()
	ints := array.NewListBuilder(memory.DefaultAllocator, arrow.PrimitiveTypes.Int32)
	values, ok := ints.ValueBuilder().(*array.Int32Builder)
	if !ok {
		t.Fatal("not a builder of INTEGER")
	}
	for i := range int32(4) {
		if i == 2 {
			ints.AppendNull()
			continue
		}
		ints.Append(true)
		values.AppendValues([]int32{i, i * i}, nil)
	}
	whole := ints.NewArray()
	f := named(whole.DataType(), "INTEGER[]")
	for i, want := range []string{"{0,0}", "{1,1}", "", "{3,9}"} {
		part := array.NewSlice(whole, int64(i), int64(i)+1)
		_, text := value(f, part, encode.Text)
		if string(text) != want {
			t.Errorf("row %d: %q, want %q", i, text, want)
		}
	}
	if oid, _ := value(f, whole, encode.Text); oid != 1007 {
		t.Errorf("type %d", oid)
	}
}

// FuzzText asserts that an array gives a text back to who reads it by the
// rules.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "a", `"`, `\`, "a,b", "\n", `\N`, "null", "{}", "é", " "} {
		f.Add(seed)
	}
	types := pgtype.NewMap()
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return // the engine's texts are
		}
		list := array.NewListBuilder(memory.DefaultAllocator, arrow.BinaryTypes.String)
		strs, ok := list.ValueBuilder().(*array.StringBuilder)
		if !ok {
			t.Fatal("not a builder of VARCHAR")
		}
		list.Append(true)
		strs.Append(text)
		strs.Append("second")
		a := list.NewArray()
		for _, format := range []encode.Format{encode.Text, encode.Binary} {
			_, sent := value(named(a.DataType(), "VARCHAR[]"), a, format)
			var got []string
			if err := types.Scan(pgtype.TextArrayOID, int16(format), sent, &got); err != nil || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", []string{text, "second"}) {
				t.Fatalf("%q in format %d: %q, %v", text, format, got, err)
			}
		}
	})
}
