package pgwire_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/pgwire/encode"
	"github.com/weir-warehouse/weir/sql/duck"
)

// typeCases are expressions with the type and the text that they arrive as.
func typeCases() []struct {
	sql  string
	oid  uint32
	want string
} {
	return []struct {
		sql  string
		oid  uint32
		want string
	}{
		{"true", 16, "t"},
		{"(-128)::TINYINT", 21, "-128"},
		{"255::UTINYINT", 21, "255"},
		{"(-32768)::SMALLINT", 21, "-32768"},
		{"65535::USMALLINT", 23, "65535"},
		{"(-2147483648)::INTEGER", 23, "-2147483648"},
		{"4294967295::UINTEGER", 20, "4294967295"},
		{"(-9223372036854775808)::BIGINT", 20, "-9223372036854775808"},
		{"18446744073709551615::UBIGINT", 1700, "18446744073709551615"},
		{"0::UBIGINT", 1700, "0"},
		{"170141183460469231731687303715884105727::HUGEINT", 1700, "170141183460469231731687303715884105727"},
		{"(-170141183460469231731687303715884105727)::HUGEINT", 1700, "-170141183460469231731687303715884105727"},
		{"(-10000)::HUGEINT", 1700, "-10000"},
		{"340282366920938463463374607431768211455::UHUGEINT", 1700, "340282366920938463463374607431768211455"},
		{"0.00::DECIMAL(4,2)", 1700, "0.00"},
		{"-0.01::DECIMAL(4,2)", 1700, "-0.01"},
		{"1.5::DECIMAL(4,1)", 1700, "1.5"},
		{"100000000::DECIMAL(18,3)", 1700, "100000000.000"},
		{"0.00001::DECIMAL(9,5)", 1700, "0.00001"},
		{"1234567.00010::DECIMAL(15,5)", 1700, "1234567.00010"},
		{"9999999999999999999999999999.9999999999::DECIMAL(38,10)", 1700, "9999999999999999999999999999.9999999999"},
		{"-0.00000000000000000000000000000000000001::DECIMAL(38,38)", 1700, "-0.00000000000000000000000000000000000001"},
		{"1.1::FLOAT", 700, "1.1"},
		{"1e6::FLOAT", 700, "1e+06"},
		{"123456::FLOAT", 700, "123456"},
		{"'nan'::FLOAT", 700, "NaN"},
		{"0.1::DOUBLE", 701, "0.1"},
		{"1e15::DOUBLE", 701, "1e+15"},
		{"123456789012345::DOUBLE", 701, "123456789012345"},
		{"0.0001::DOUBLE", 701, "0.0001"},
		{"0.00001::DOUBLE", 701, "1e-05"},
		{"-0.0::DOUBLE", 701, "-0"},
		{"'inf'::DOUBLE", 701, "Infinity"},
		{"'-inf'::DOUBLE", 701, "-Infinity"},
		{"''", 25, ""},
		{"'é''\"'", 25, `é'"`},
		{"'\\x00\\xFF'::BLOB", 17, `\x00ff`},
		{"DATE '1999-12-31'", 1082, "1999-12-31"},
		{"DATE '0001-01-01'", 1082, "0001-01-01"},
		{"DATE '44-03-15 (BC)'", 1082, "0044-03-15 BC"},
		{"'infinity'::DATE", 1082, "infinity"},
		{"'-infinity'::DATE", 1082, "-infinity"},
		{"TIMESTAMP '2024-02-29 23:59:59.999999'", 1114, "2024-02-29 23:59:59.999999"},
		{"TIMESTAMP '1969-12-31 23:59:59.5'", 1114, "1969-12-31 23:59:59.5"},
		{"'infinity'::TIMESTAMP", 1114, "infinity"},
		{"'-infinity'::TIMESTAMP", 1114, "-infinity"},
		{"TIMESTAMP_S '2024-02-29 23:59:59'", 1114, "2024-02-29 23:59:59"},
		{"TIMESTAMP_MS '2024-02-29 23:59:59.12'", 1114, "2024-02-29 23:59:59.12"},
		{"TIMESTAMP_NS '1969-02-28 23:59:59.000000999'", 1114, "1969-02-28 23:59:59"},
		{"'infinity'::TIMESTAMP_NS", 1114, "infinity"},
		{"TIMESTAMPTZ '2024-06-01 12:00:00+02'", 1184, "2024-06-01 10:00:00+00"},
		{"'infinity'::TIMESTAMPTZ", 1184, "infinity"},
		{"TIME '00:00:00.000001'", 1083, "00:00:00.000001"},
		{"TIME '24:00:00'", 1083, "24:00:00"},
		{"INTERVAL '1 year 2 months 3 days 4 hours 5 minutes 6.5 seconds'", 1186, "1 year 2 mons 3 days 04:05:06.5"},
		{"INTERVAL '-1 month 1 day'", 1186, "-1 mons +1 day"},
		{"INTERVAL '-90 seconds'", 1186, "-00:01:30"},
		{"INTERVAL '0 days'", 1186, "00:00:00"},
		{"'c9b0a0a0-0000-4000-8000-00000000abcd'::UUID", 2950, "c9b0a0a0-0000-4000-8000-00000000abcd"},
		{"'10110'::BIT", 1562, "10110"},
		{"'1011000111110'::BIT", 1562, "1011000111110"},
		{`'{"a": 1}'::JSON`, 114, `{"a": 1}`},
		{"{'a': 1, 'b': [1.5, NULL], 'c': 'x\"\n', 'd': {'e': DATE '2024-01-01'}, 'f': 'nan'::DOUBLE}", 114, `{"a":1,"b":[1.5,null],"c":"x\"\u000a","d":{"e":"2024-01-01"},"f":"NaN"}`},
		{"MAP {1: 'a', 2: NULL}", 114, `{"1":"a","2":null}`},
		{"[[1, 2], [3]]", 114, "[[1,2],[3]]"},
		{"[{'a': 1}]", 114, `[{"a":1}]`},
		{"[1, NULL, 3]", 1007, "{1,NULL,3}"},
		{"[]::INTEGER[]", 1007, "{}"},
		{"[1, 2]::BIGINT[2]", 1016, "{1,2}"},
		{`['a', '', 'b"c', 'd\e', 'null', 'f,g', NULL, 'h i']`, 1009, `{a,"","b\"c","d\\e","null","f,g",NULL,"h i"}`},
		{"[1.5, 2.25]::DECIMAL(5,2)[]", 1231, "{1.50,2.25}"},
		{"[1::HUGEINT]", 1231, "{1}"},
		{"[true, false]", 1000, "{t,f}"},
		{"['c9b0a0a0-0000-4000-8000-00000000abcd'::UUID]", 2951, "{c9b0a0a0-0000-4000-8000-00000000abcd}"},
		{"[DATE '2024-01-01']", 1182, "{2024-01-01}"},
		{"[TIMESTAMP '2024-01-01 10:00:00']", 1115, `{"2024-01-01 10:00:00"}`},
		{"'123456789012345678901234567890123456789012345'::BIGNUM", 25, "123456789012345678901234567890123456789012345"},
		{"(-256)::BIGNUM", 25, "-256"},
		{"union_value(a := 1.5::DECIMAL(3,1))", 25, "1.5"},
		{"'10:00:00.123456789'::TIME_NS", 25, "10:00:00.123456789"},
		{"NULL", 23, "NULL"},
		{"NULL::INTEGER[]", 1007, "NULL"},
	}
}

// TestTypes asserts the type and the text of every type of the engine, and
// that its binary form, as pgx reads it, is the same value.
func TestTypes(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.connect(t, policy.DataSteward, "").PgConn()
	types := pgtype.NewMap()
	if encode.DuckType != duck.TypeKey { // the door may not import it
		t.Errorf("the engine's types stand under %q", duck.TypeKey)
	}
	for _, tt := range typeCases() {
		values := map[int16][]byte{}
		for _, format := range []int16{pgtype.TextFormatCode, pgtype.BinaryFormatCode} {
			r := c.ExecParams(context.Background(), "SELECT "+tt.sql, nil, nil, nil, []int16{format}).Read()
			if r.Err != nil {
				t.Errorf("%s: %v", tt.sql, r.Err)
				break
			}
			values[format] = r.Rows[0][0]
			if oid := r.FieldDescriptions[0].DataTypeOID; oid != tt.oid {
				t.Errorf("%s: type %d, want %d", tt.sql, oid, tt.oid)
			}
		}
		text := string(values[pgtype.TextFormatCode])
		if values[pgtype.TextFormatCode] == nil {
			text = "NULL"
		}
		if text != tt.want {
			t.Errorf("%s: %q, want %q", tt.sql, text, tt.want)
		}
		kind, ok := types.TypeForOID(tt.oid)
		if !ok {
			t.Errorf("%s: pgx does not know type %d", tt.sql, tt.oid)
			continue
		}
		fromText, err1 := kind.Codec.DecodeValue(types, tt.oid, pgtype.TextFormatCode, values[pgtype.TextFormatCode])
		fromBinary, err2 := kind.Codec.DecodeValue(types, tt.oid, pgtype.BinaryFormatCode, values[pgtype.BinaryFormatCode])
		if err1 != nil && tt.oid == 1082 { // pgx reads no dates before Christ in text
			continue
		}
		if err1 != nil || err2 != nil || !same(fromText, fromBinary) {
			t.Errorf("%s: %v (%v) in text, %v (%v) in binary", tt.sql, fromText, err1, fromBinary, err2)
		}
	}
}

// same compares what pgx read, where a number that is none is equal to itself.
func same(a, b any) bool {
	if n, ok := a.(pgtype.Numeric); ok {
		m, ok := b.(pgtype.Numeric)
		if !ok {
			return false
		}
		if n.Int != nil && m.Int != nil && n.Int.Sign() == 0 && m.Int.Sign() == 0 {
			return true
		}
		x, err1 := n.Value()
		y, err2 := m.Value()
		return err1 == nil && err2 == nil && x == y
	}
	return reflect.DeepEqual(a, b) || fmt.Sprint(a) == "NaN" && fmt.Sprint(b) == "NaN"
}
