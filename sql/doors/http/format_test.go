package httpdoor_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/weir-warehouse/weir/policy"
)

// value is an expression with what it is in JSON and in CSV.
type value struct{ sql, json, csv string }

func values() []value {
	return []value{
		{"true", "true", "true"},
		{"CAST(-128 AS TINYINT)", "-128", "-128"},
		{"CAST(255 AS UTINYINT)", "255", "255"},
		{"CAST(-32768 AS SMALLINT)", "-32768", "-32768"},
		{"CAST(65535 AS USMALLINT)", "65535", "65535"},
		{"CAST(4294967295 AS UINTEGER)", "4294967295", "4294967295"},
		{"CAST(-9223372036854775808 AS BIGINT)", "-9223372036854775808", "-9223372036854775808"},
		{"CAST(18446744073709551615 AS UBIGINT)", "18446744073709551615", "18446744073709551615"},
		{"CAST('-170141183460469231731687303715884105728' AS HUGEINT)", "-170141183460469231731687303715884105728", "-170141183460469231731687303715884105728"},
		{"CAST('340282366920938463463374607431768211455' AS UHUGEINT)", "340282366920938463463374607431768211455", "340282366920938463463374607431768211455"},
		{"CAST('-123456789012345678901234567890123456789012' AS BIGNUM)", "-123456789012345678901234567890123456789012", "-123456789012345678901234567890123456789012"},
		{"CAST('0' AS BIGNUM)", "0", "0"},
		{"CAST('-0.05' AS DECIMAL(4,2))", "-0.05", "-0.05"},
		{"CAST('9999999999999999999999999999.9999999999' AS DECIMAL(38,10))", "9999999999999999999999999999.9999999999", "9999999999999999999999999999.9999999999"},
		{"CAST(0.1 AS FLOAT)", "0.1", "0.1"},
		{"CAST(1e300 AS DOUBLE)", "1e+300", "1e+300"},
		{"CAST(-0.0 AS DOUBLE)", "0", "0"},
		{"CAST('NaN' AS DOUBLE)", `"NaN"`, "NaN"},
		{"CAST('-inf' AS DOUBLE)", `"-Infinity"`, "-Infinity"},
		{"CAST('inf' AS FLOAT)", `"Infinity"`, "Infinity"},
		{"'a, \"b\"\n\\ é 🦆'", `"a, \"b\"\n\\ é 🦆"`, "\"a, \"\"b\"\"\n\\ é 🦆\""},
		{"chr(1)", `"\u0001"`, "\x01"},
		{"''", `""`, `""`},
		{"'NaN'", `"NaN"`, "NaN"},
		{"CAST('{\"a\": [1, null]}' AS JSON)", `{"a": [1, null]}`, `"{""a"": [1, null]}"`},
		{"CAST('\\x00\\xFFa' AS BLOB)", `"AP9h"`, "AP9h"},
		{"CAST('' AS BLOB)", `""`, `""`},
		{"CAST('10101010101' AS BIT)", `"10101010101"`, "10101010101"},
		{"CAST('2026-02-28' AS DATE)", `"2026-02-28"`, "2026-02-28"},
		{"CAST('infinity' AS DATE)", `"infinity"`, "infinity"},
		{"CAST('-infinity' AS TIMESTAMP)", `"-infinity"`, "-infinity"},
		{"CAST('12345-01-02' AS DATE)", `"+12345-01-02"`, "+12345-01-02"},
		{"CAST('0044-03-15 (BC)' AS DATE)", `"-0043-03-15"`, "-0043-03-15"},
		{"CAST('0007-03-15' AS DATE)", `"0007-03-15"`, "0007-03-15"},
		{"CAST('13:05:00.5' AS TIME)", `"13:05:00.5"`, "13:05:00.5"},
		{"CAST('24:00:00' AS TIME)", `"24:00:00"`, "24:00:00"},
		{"CAST('2026-03-02 09:00:00.000001' AS TIMESTAMP)", `"2026-03-02T09:00:00.000001"`, "2026-03-02T09:00:00.000001"},
		{"CAST('1900-01-01 00:00:00' AS TIMESTAMP_S)", `"1900-01-01T00:00:00"`, "1900-01-01T00:00:00"},
		{"CAST('1900-01-01 00:00:00.123' AS TIMESTAMP_MS)", `"1900-01-01T00:00:00.123"`, "1900-01-01T00:00:00.123"},
		{"CAST('1900-01-01 00:00:00.123456789' AS TIMESTAMP_NS)", `"1900-01-01T00:00:00.123456789"`, "1900-01-01T00:00:00.123456789"},
		{"CAST('2026-03-02 09:00:00+02' AS TIMESTAMPTZ)", `"2026-03-02T07:00:00Z"`, "2026-03-02T07:00:00Z"},
		{"CAST('10:00:00.5+02' AS TIMETZ)", `"10:00:00.5+02"`, "10:00:00.5+02"},
		{"INTERVAL '14 months -3 days 25:00:00.5'", `"P1Y2M-3DT25H0.5S"`, "P1Y2M-3DT25H0.5S"},
		{"INTERVAL '-90 seconds'", `"PT-1M-30S"`, "PT-1M-30S"},
		{"INTERVAL '0 days'", `"PT0S"`, "PT0S"},
		{"CAST('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' AS UUID)", `"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"`, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		{"[1, NULL, 3]", "[1,null,3]", `"[1,null,3]"`},
		{"[['a'], []]", `[["a"],[]]`, `"[[""a""],[]]"`},
		{"array_value(1.5, 2)", "[1.5,2.0]", `"[1.5,2.0]"`},
		{"{'a': 1, 'b \"': [DATE '2026-01-01']}", `{"a":1,"b \"":["2026-01-01"]}`, `"{""a"":1,""b \"""":[""2026-01-01""]}"`},
		{"MAP {'k': 1, 'l': NULL}", `[{"key":"k","value":1},{"key":"l","value":null}]`, `"[{""key"":""k"",""value"":1},{""key"":""l"",""value"":null}]"`},
		{"[CAST('101' AS BIT)]", `["101"]`, `"[""101""]"`},
		{"{'a, \"(': CAST('101' AS BIT), 'b': [MAP {'k': CAST('7' AS BIGNUM)}]}", `{"a, \"(":"101","b":[[{"key":"k","value":7}]]}`, `"{""a, \""("":""101"",""b"":[[{""key"":""k"",""value"":7}]]}"`},
		{"[CAST('{\"a\": 1}' AS JSON)]", `[{"a": 1}]`, `"[{""a"": 1}]"`},
		{"union_value(num := 7)", "7", "7"},
		{"NULL", "null", ""},
		{"CAST(NULL AS VARCHAR)", "null", ""},
		{"CAST(NULL AS DATE)", "null", ""},
	}
}

// selectAll is a statement with all values in a row.
func selectAll() string {
	var parts []string
	for i, v := range values() {
		parts = append(parts, fmt.Sprintf("%s AS c%d", v.sql, i))
	}
	return "SELECT " + strings.Join(parts, ", ")
}

func (d *door) form(media, text string) reply {
	d.t.Helper()
	got := d.send(request{path: "/v1/query", role: policy.DataSteward, body: statement(text), header: map[string]string{"Accept": media}})
	if got.status != http.StatusOK || got.broken != nil {
		d.t.Fatalf("%s: got status %d, %v: %s", media, got.status, got.broken, got.body)
	}
	return got
}

// testValues asserts how each type is spelled, in each format of text.
func testValues(t *testing.T, d *door) {
	t.Helper()
	row := d.ask(policy.DataSteward, selectAll()).Rows[0]
	for i, v := range values() {
		if string(row[i]) != v.json {
			t.Errorf("%s: JSON is %s, want %s", v.sql, row[i], v.json)
		}
		one := d.form("text/csv", "SELECT "+v.sql+" AS v, 1 AS w")
		if want := "v,w\n" + v.csv + ",1\n"; string(one.body) != want {
			t.Errorf("%s: CSV is %q, want %q", v.sql, one.body, want)
		}
	}
	line := d.form("application/x-ndjson", selectAll())
	var object map[string]json.RawMessage
	if err := json.Unmarshal(line.body, &object); err != nil {
		t.Fatal(err)
	}
	for i, v := range values() {
		if got := string(object[fmt.Sprintf("c%d", i)]); got != v.json {
			t.Errorf("%s: NDJSON is %s, want %s", v.sql, got, v.json)
		}
	}
}

// testEachFormatIsReadByItsReader asserts that readers that others wrote find
// the same rows in each format.
func testEachFormatIsReadByItsReader(t *testing.T, d *door) {
	t.Helper()
	const text = "SELECT range AS n, 'row ' || range AS name, CAST(range AS DECIMAL(8,2)) / 4 AS share, range % 7 = 0 AS seventh FROM range(5000) ORDER BY n"
	check := func(media string, n int, first, last string) {
		t.Helper()
		if n != 5000 || first != "row 0" || last != "row 4999" {
			t.Errorf("%s: got %d rows from %q to %q", media, n, first, last)
		}
	}

	records, err := csv.NewReader(bytes.NewReader(d.form("text/csv", text).body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	check("csv", len(records)-1, records[1][1], records[5000][1])

	lines := bytes.Split(bytes.TrimSpace(d.form("application/x-ndjson", text).body), []byte("\n"))
	var ends [2]struct {
		Name string `json:"name"`
	}
	for i, line := range [][]byte{lines[0], lines[len(lines)-1]} {
		if err := json.Unmarshal(line, &ends[i]); err != nil {
			t.Fatal(err)
		}
	}
	check("ndjson", len(lines), ends[0].Name, ends[1].Name)

	got := d.form("application/vnd.apache.arrow.stream", text)
	reader, err := ipc.NewReader(bytes.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Release()
	var names []string
	for reader.Next() {
		for i := range int(reader.RecordBatch().NumRows()) {
			names = append(names, reader.RecordBatch().Column(1).ValueStr(i))
		}
	}
	if reader.Err() != nil || reader.Schema().Field(0).Type.ID() != arrow.INT64 {
		t.Errorf("got %v, %v", reader.Schema(), reader.Err())
	}
	check("arrow", len(names), names[0], names[4999])

	table := readParquet(t, d.form("application/vnd.apache.parquet", text).body)
	defer table.Release()
	column := table.Column(1).Data()
	last := column.Chunk(len(column.Chunks()) - 1)
	check("parquet", int(table.NumRows()), column.Chunk(0).ValueStr(0), last.ValueStr(last.Len()-1))
	if got.trailer.Get("Weir-Rows") != "5000" {
		t.Errorf("got trailer %v", got.trailer)
	}
}

func readParquet(t *testing.T, body []byte) arrow.Table {
	t.Helper()
	f, err := file.NewParquetReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	reader, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	table, err := reader.ReadTable(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// testParquetHoldsEveryType asserts that a Parquet file can be made of any
// result: what Parquet has no type for is text.
func testParquetHoldsEveryType(t *testing.T, d *door) {
	t.Helper()
	table := readParquet(t, d.form("application/vnd.apache.parquet", selectAll()).body)
	defer table.Release()
	for i, v := range values() {
		column := table.Column(i).Data().Chunk(0)
		if column.IsNull(0) != (v.json == "null") {
			t.Errorf("%s: got %s", v.sql, column.ValueStr(0))
		}
		if text, ok := column.(*array.String); ok && v.json != "null" && !strings.HasPrefix(v.csv, `"`) && text.Value(0) != v.csv {
			t.Errorf("%s: got %s", v.sql, text.Value(0))
		}
	}
}

func testColumnsOfOneName(t *testing.T, d *door) {
	t.Helper()
	const text = "SELECT 1 AS n, 2 AS n, 3 AS n_1, 4 AS n"
	if got := string(d.form("application/x-ndjson", text).body); got != `{"n":1,"n_2":2,"n_1":3,"n_3":4}`+"\n" {
		t.Errorf("got %s", got)
	}
	table := readParquet(t, d.form("application/vnd.apache.parquet", text).body)
	defer table.Release()
	if got := table.Schema().Field(1).Name; got != "n_2" {
		t.Errorf("got %s", got)
	}
	if got := string(d.form("text/csv", text).body); got != "n,n,n_1,n\n1,2,3,4\n" {
		t.Errorf("got %s", got)
	}
}

func testAccept(t *testing.T, d *door) {
	t.Helper()
	for accept, want := range map[string]string{
		"":                                    "application/json",
		"*/*":                                 "application/json",
		"text/csv":                            "text/csv; charset=utf-8; header=present",
		"application/*;q=0.5, text/csv;q=0.4": "application/json",
		"application/json;q=0, application/*": "application/x-ndjson",
		"text/html, application/vnd.apache.parquet, */*;q=0.1": "application/vnd.apache.parquet",
		"TEXT/CSV;Q=1.0":      "text/csv; charset=utf-8; header=present",
		"image/png, nonsense": "",
		"*/*;q=0":             "",
		"*/*;q=NaN":           "",
	} {
		got := d.send(request{path: "/v1/query", role: policy.DataSteward, body: statement("SELECT 1 AS one"), header: map[string]string{"Accept": accept}})
		if want == "" && got.status != http.StatusNotAcceptable || want != "" && got.header.Get("Content-Type") != want {
			t.Errorf("%q: got %d, %s", accept, got.status, got.header.Get("Content-Type"))
		}
	}
	if n := strings.Count(d.log.String(), "status=406"); n != 3 || !slices.Contains(strings.Fields(d.log.String()), "path=/v1/query") {
		t.Errorf("the log has %d of 3 refusals", n)
	}
}
