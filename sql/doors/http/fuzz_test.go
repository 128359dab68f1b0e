package httpdoor

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/weir-warehouse/weir/policy"
)

// FuzzParseQuery asserts that a body is a query or a fault of the client's, and
// that what is taken says what the body says.
func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{
		`{"statement": "SELECT 1"}`,
		`{"statement": "SELECT $1", "parameters": ["a", 1, -1.5e3, true, null, [1, "b"]]}`,
		`{"statement": "SELECT $1", "parameters": [{"type": "DATE", "value": "2026-03-02"}]}`,
		`{"statement": 1}`, `{"parameters": [{}]}`, `[`, ``, `{"statement": "\ud800"}`, "{\"statement\": \"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := parseQuery(body)
		if err != nil {
			if known, ok := errors.AsType[*policy.Error](err); !ok || known.Code != policy.Usage {
				t.Fatalf("got %v", err)
			}
			return
		}
		if q.Statement == "" || !utf8.ValidString(q.Statement) || !json.Valid(body) {
			t.Fatalf("got %+v", q)
		}
		for _, p := range q.values() {
			if p.Null && p.Value != "" || !utf8.ValidString(p.Value) {
				t.Fatalf("got %+v", p)
			}
		}
	})
}

// FuzzAppendString asserts that every text is one JSON string that reads back
// the same.
func FuzzAppendString(f *testing.F) {
	for _, seed := range []string{"", "a\"\\\n\x00\x1f", "é🦆", "\xff", "\u2028</script>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var back string
		if err := json.Unmarshal(appendString(nil, text), &back); err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(text) && back != text {
			t.Fatalf("%q became %q", text, back)
		}
	})
}

// FuzzAccept asserts that headers of negotiation choose something that there
// is, or nothing.
func FuzzAccept(f *testing.F) {
	for _, seed := range []string{"", "*/*", "text/csv;q=0.5, application/*", "gzip;q=1, zstd", "*;q=0", ";,;q=", "a/b;q=NaN"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got, ok := formatFor(header); ok != (got.encoder != nil) {
			t.Fatalf("got %+v", got)
		}
		if c := codingFor(header); c != nil && c.name != "zstd" && c.name != "gzip" {
			t.Fatalf("got %s", c.name)
		}
	})
}
