package duck_test

import (
	"context"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
)

// TestFormsAreArrowsOwn asserts that what Arrow has no type for arrives whole,
// and as something that every reader of Arrow knows, however deep it stands.
func TestFormsAreArrowsOwn(t *testing.T) {
	t.Parallel()
	c := instance(t)
	for _, tt := range []struct{ expression, kind, value string }{
		{"true", "bool", "true"},
		{"CAST('-170141183460469231731687303715884105728' AS HUGEINT)", "decimal(38, 0)", "-1.7014118346046923173168730371588410573e+38"}, // as the test's reader writes more than 38 digits,
		{"CAST('340282366920938463463374607431768211455' AS UHUGEINT)", "decimal256(39, 0)", "340282366920938463463374607431768211455"},
		{"CAST('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' AS UUID)", "utf8", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		{"CAST('10:00:00+02' AS TIMETZ)", "utf8", "10:00:00+02"},
		{"CAST('23:59:59.999999-15:59:59' AS TIMETZ)", "utf8", "23:59:59.999999-15:59:59"},
		{"CAST('24:00:00+15:59:59' AS TIMETZ)", "utf8", "24:00:00+15:59:59"},
		{"CAST('00:00:00.5+05:30' AS TIMETZ)", "utf8", "00:00:00.5+05:30"},
		{"CAST('10101010101' AS BIT)", "utf8", "10101010101"},
		{"CAST('-123456789012345678901234567890123456789012345' AS BIGNUM)", "utf8", "-123456789012345678901234567890123456789012345"},
		{"CAST('0' AS BIGNUM)", "utf8", "0"},
		{`CAST('{"a": 1}' AS JSON)`, "utf8", `{"a": 1}`},
		{"[CAST('10:00:00+02' AS TIMETZ), NULL]", "list<l: utf8, nullable>", `["10:00:00+02",null]`},
		{"array_value(true, NULL)", "fixed_size_list<: bool, nullable>[2]", `[true,null]`},
		{
			"{'a': CAST('101' AS BIT), 'b': [CAST('340282366920938463463374607431768211455' AS UHUGEINT)], 'c': 1}",
			"struct<a: utf8 nullable, b: list<l: decimal256(39, 0), nullable> nullable, c: int32 nullable>",
			`{"a":"101","b":["340282366920938463463374607431768211455"],"c":1}`,
		},
		{"MAP {true: CAST('10:00:00+02' AS TIMETZ)}", "map<bool, utf8, items_nullable>", `[{"key":true,"value":"10:00:00+02"}]`},
		{"union_value(t := CAST('10:00:00+02' AS TIMETZ))", "sparse_union<t: type=utf8, nullable=0>", `[0,"10:00:00+02"]`},
	} {
		s, err := c.Query(context.Background(), "SELECT x FROM (VALUES (NULL), ("+tt.expression+"), (NULL)) t(x)")
		if err != nil {
			t.Fatal(err)
		}
		f := s.Schema().Field(0)
		batch, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		column := batch.Column(0)
		if got := column.DataType().String(); got != tt.kind || f.Type.String() != tt.kind || f.HasMetadata() && f.Metadata.FindKey("ARROW:extension:name") >= 0 {
			t.Errorf("%s is %s, and was announced as %s", tt.expression, got, f)
		}
		if got := column.ValueStr(1); got != tt.value {
			t.Errorf("%s is %s", tt.expression, got)
		}
		if _, union := column.(array.Union); !union && (!column.IsNull(0) || !column.IsNull(2)) {
			t.Errorf("%s: NULLs are lost", tt.expression)
		}
		batch.Release()
		s.Close()
	}
}

// TestWhatArrowCannotHold asserts that the error says what to do.
func TestWhatArrowCannotHold(t *testing.T) {
	t.Parallel()
	c := instance(t)
	const want = `a result cannot have a column of type STRUCT("v" VARIANT); cast it to JSON or VARCHAR`
	if s, err := c.Query(context.Background(), "SELECT 1, {'v': 1::VARIANT}"); err == nil || err.Error() != want {
		t.Errorf("%v, %v, want %s", s, err, want)
	}
}
