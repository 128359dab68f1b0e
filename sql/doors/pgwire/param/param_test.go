package param_test

import (
	"testing"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/param"
)

const (
	oidBytes     = 17
	oidText      = 25
	oidIntArray  = 1007
	oidTextArray = 1009
)

// TestText asserts what clients' texts become for the engine.
func TestText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		oid      uint32
		in, want string // want "": it is refused
	}{
		{oidText, "{a}", "{a}"},
		{oidBytes, `\x00fF`, `\x00\xFF`},
		{oidBytes, `\x0`, ""},
		{oidBytes, `\xzz`, ""},
		{oidIntArray, "{1,2}", `["1", "2"]`},
		{oidIntArray, " { 1 , NULL } ", `["1", NULL]`},
		{oidIntArray, "{}", "[]"},
		{oidIntArray, "[1, 2]", "[1, 2]"}, // as the engine has it
		{oidTextArray, `{"NULL",null,""}`, `["NULL", NULL, ""]`},
		{oidTextArray, `{"a,b","c\"d\\",e f,é}`, `["a,b", "c\"d\\", "e f", "é"]`},
		{oidTextArray, `{a\,b}`, `["a,b"]`},
		{oidIntArray, "{{1},{2}}", ""},
		{oidIntArray, "{1", ""},
		{oidIntArray, "{1}x", ""},
		{oidTextArray, `{"a`, ""},
	} {
		got, err := param.Text(tt.oid, false, []byte(tt.in))
		if err != nil {
			got = ""
		}
		if got != tt.want {
			t.Errorf("%q of type %d: %q (%v), want %q", tt.in, tt.oid, got, err, tt.want)
		}
	}
}

// TestBinaryArrays asserts that an array which is not what it says is refused.
func TestBinaryArrays(t *testing.T) {
	t.Parallel()
	const head = "\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x17" // one dimension of INTEGER
	for in, want := range map[string]string{
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x17":                                        "[]",
		head + "\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00\x07\xff\xff\xff\xff": `["7", NULL]`,
		head + "\x7f\xff\xff\xff\x00\x00\x00\x01":                                                 "",
		head + "\x00\x00\x00\x01\x00\x00\x00\x01\x7f\xff\xff\xff":                                 "",
		head + "\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00":                         "",
		"\x00\x00\x00\x02" + head[4:] + "\x00\x00\x00\x01\x00\x00\x00\x01":                        "",
		"\x00": "",
	} {
		got, err := param.Text(oidIntArray, true, []byte(in))
		if err != nil {
			got = ""
		}
		if got != want {
			t.Errorf("%q: %q (%v), want %q", in, got, err, want)
		}
	}
}

// TestTypes asserts that the engine's types and PostgreSQL's lead to each
// other.
func TestTypes(t *testing.T) {
	t.Parallel()
	for kind, oid := range map[string]uint32{
		"BIGINT": 20, "DECIMAL(38,10)": 1700, "HUGEINT": 1700, "TIMESTAMP WITH TIME ZONE": 1184, "VARCHAR": oidText, "ENUM": oidText,
		"INTEGER[]": oidIntArray, "VARCHAR[]": oidTextArray, "DECIMAL(5,2)[]": 1231, "INTEGER[][]": oidText, "STRUCT(a INTEGER)": oidText,
	} {
		if got := param.OID(kind); got != oid {
			t.Errorf("%s has type %d, want %d", kind, got, oid)
		}
	}
	for name, oid := range map[string]uint32{"int": 23, "double precision": 701, "timestamp with time zone": 1184, "text[]": oidTextArray, "nope": 0} {
		if got := param.ByName(name); got != oid {
			t.Errorf("%s is type %d, want %d", name, got, oid)
		}
	}
	if param.Kind(oidText) != "" || param.Kind(20) != "BIGINT" {
		t.Error("text leaves the type open, and int8 does not")
	}
}
