package httpdoor_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

func testParameters(t *testing.T, d *door) {
	t.Helper()
	typed := func(kind string, value any) map[string]any { return map[string]any{"type": kind, "value": value} }
	for _, tt := range []struct {
		text   string
		params []any
		want   string
		kind   string
	}{
		{"SELECT $1", []any{"a"}, `"a"`, "VARCHAR"},
		{"SELECT $1", []any{12}, "12", "BIGINT"},
		{"SELECT $1", []any{1.5}, "1.5", "DOUBLE"},
		{"SELECT $1", []any{true}, "true", "BOOLEAN"},
		{"SELECT $1", []any{nil}, "null", "VARCHAR"},
		{"SELECT $1", []any{""}, `""`, "VARCHAR"},
		{"SELECT $1", []any{typed("DATE", "2026-03-02")}, `"2026-03-02"`, "DATE"},
		{"SELECT $1", []any{typed("DECIMAL(8,2)", 12.5)}, "12.50", "DECIMAL(8,2)"},
		{"SELECT $1", []any{typed("VARCHAR", 7)}, `"7"`, "VARCHAR"},
		{"SELECT $1", []any{typed("INTEGER", nil)}, "null", "INTEGER"},
		{"SELECT $1", []any{typed("INTEGER[]", []int{1, 2})}, "[1,2]", "INTEGER[]"},
		{"SELECT $1", []any{typed("VARCHAR[]", []string{"a, b", "c"})}, `["a, b","c"]`, "VARCHAR[]"},
		{"SELECT $2 - $1", []any{1, 10}, "9", "BIGINT"},
		{"SELECT count(*) FROM pd_program WHERE program_id = $1", []any{"p1"}, "1", "BIGINT"},
		{"SELECT DATE '2026-03-02' + $1", []any{typed("INTERVAL", "1 day")}, `"2026-03-03T00:00:00"`, "TIMESTAMP"},
		{"SELECT $1", []any{"'; SELECT 2 --"}, `"'; SELECT 2 --"`, "VARCHAR"},
	} {
		got := d.ask(policy.DataSteward, tt.text, tt.params...)
		if string(got.Rows[0][0]) != tt.want || got.Columns[0].Type != tt.kind {
			t.Errorf("%s %v: got %s %s", tt.text, tt.params, got.Columns[0].Type, got.Rows[0][0])
		}
	}
	for name, body := range map[string]string{
		"too few":        statement("SELECT $1, $2", 1),
		"not the type":   statement("SELECT $1", typed("DATE", "monday")),
		"type of no use": statement("SELECT $1", typed("INTEGER); DROP TABLE x; --", 1)),
		"table as type":  statement("SELECT $1", typed("VARCHAR) FROM coaching_session --", 1)),
		"type unknown":   statement("SELECT $1", typed("NOTHING", 1)),
	} {
		got := d.send(request{path: "/v1/query", role: policy.DataSteward, body: body})
		p := decode[problem](t, got, got.status)
		if got.status < 400 || got.status >= 500 || strings.Contains(p.Detail, "monday") {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

func testBodiesThatAreNoQuery(t *testing.T, d *door) {
	t.Helper()
	for body, want := range map[string]string{
		"{": "ends too early",

		"{]":                                    "no JSON at byte 2",
		"[]":                                    "must not be a JSON array",
		`"SELECT 1"`:                            "must not be a JSON string",
		`{}`:                                    "statement is missing",
		`{"statement": 1}`:                      "statement must not be a JSON number",
		`{"statement": "SELECT 1"} {}`:          "goes on",
		`{"statement": "SELECT 1", "limit": 1}`: "limit",
		`{"statement": "SELECT $1", "parameters": {"a": 1}}`:                                           "parameters must not be a JSON object",
		`{"statement": "SELECT $1", "parameters": [{"value": 1}]}`:                                     `has "type" and "value"`,
		`{"statement": "SELECT $1", "parameters": [{"type": "DATE"}]}`:                                 `has "type" and "value"`,
		`{"statement": "SELECT $1", "parameters": [{"type": "STRUCT(a INTEGER)", "value": {"a": 1}}]}`: "must not be an object",
		"{\"statement\": \"SELECT '\xff'\"}":                                                           "not UTF-8",
	} {
		p := d.refused(request{path: "/v1/query", role: policy.DataSteward, body: body}, http.StatusBadRequest, policy.Usage)
		if !strings.Contains(p.Detail, want) {
			t.Errorf("%s: got %s", body, p.Detail)
		}
	}
	long := `{"statement": "SELECT 1", "parameters": ["` + strings.Repeat("x", 1<<20) + `"]}`
	d.refused(request{path: "/v1/query", role: policy.DataSteward, body: long}, http.StatusRequestEntityTooLarge, policy.Usage)
	d.refused(request{
		path: "/v1/query", role: policy.DataSteward, body: "statement=SELECT+1",
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	}, http.StatusUnsupportedMediaType, policy.Usage)
}
