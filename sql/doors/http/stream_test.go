package httpdoor_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/weir-warehouse/weir/policy"
)

const (
	endless = "SELECT range AS n, repeat('x', 1000) AS x FROM range(100000000)"
	faulty  = "SELECT CAST(CASE range WHEN 900000 THEN 'x' ELSE range::VARCHAR END AS INTEGER) AS n FROM range(1000000)"
)

// testAnAnswerThatBreaksOff asserts that no client can take a part of an answer
// for the whole.
func testAnAnswerThatBreaksOff(t *testing.T, d *door) {
	t.Helper()
	for _, media := range []string{"application/json", "application/x-ndjson", "text/csv", "application/vnd.apache.arrow.stream"} {
		for _, coding := range []string{"", "gzip", "zstd"} {
			got := d.send(request{
				path: "/v1/query", role: policy.DataSteward, body: statement(faulty), header: map[string]string{"Accept": media, "Accept-Encoding": coding},
			})
			if got.status != http.StatusOK || got.broken == nil || got.trailer.Get("Weir-Rows") != "" {
				t.Errorf("%s %s: got status %d, %v, %v after %d bytes", media, coding, got.status, got.broken, got.trailer, len(got.body))
			}
		}
	}
	d.refused(request{
		path: "/v1/query", role: policy.DataSteward, body: statement("SELECT CAST(range || 'x' AS INTEGER) FROM range(10)"),
	}, http.StatusBadRequest, policy.Usage)

	document := d.send(request{path: "/v1/query", role: policy.DataSteward, body: statement(faulty)})
	var said struct {
		Problem  problem `json:"problem"`
		RowCount *int    `json:"row_count"`
	}
	if err := json.Unmarshal(document.body, &said); err != nil || said.Problem.Code != policy.Usage || said.RowCount != nil {
		t.Errorf("the document says %+v, %v", said, err)
	}
	lines := d.send(request{path: "/v1/query", role: policy.DataSteward, body: statement(faulty), header: map[string]string{"Accept": "application/x-ndjson"}})
	all := bytes.Split(bytes.TrimSpace(lines.body), []byte("\n"))
	if err := json.Unmarshal(all[len(all)-1], &said); err != nil || said.Problem.Code != policy.Usage || said.Problem.ID != lines.header.Get("Weir-Request-Id") {
		t.Errorf("the last line says %+v, %v", said, err)
	}
}

func testCompression(t *testing.T, d *door) {
	t.Helper()
	const text = "SELECT range AS n, 'the same' AS x FROM range(100000)"
	plain := d.form("text/csv", text).body
	for accept, want := range map[string]string{
		"gzip":                    "gzip",
		"gzip, deflate, br, zstd": "zstd",
		"zstd;q=0.5, gzip":        "gzip",
		"*":                       "zstd",
		"identity":                "",
		"zstd;q=0, gzip;q=0":      "",
		"*;q=0":                   "",
	} {
		got := d.send(request{
			path: "/v1/query", role: policy.DataSteward, body: statement(text), header: map[string]string{"Accept": "text/csv", "Accept-Encoding": accept},
		})
		if coding := got.header.Get("Content-Encoding"); coding != want {
			t.Errorf("%s: got %q", accept, coding)
		}
		if body := uncompressed(t, got); !bytes.Equal(body, plain) || want != "" && len(got.body) > len(plain)/4 {
			t.Errorf("%s: %d bytes became %d and %d again", accept, len(plain), len(got.body), len(body))
		}
	}
	packed := d.send(request{
		path: "/v1/query", role: policy.DataSteward, body: statement(text),
		header: map[string]string{"Accept": "application/vnd.apache.parquet", "Accept-Encoding": "zstd"},
	})
	if packed.header.Get("Content-Encoding") != "" || !bytes.HasPrefix(packed.body, []byte("PAR1")) {
		t.Errorf("a Parquet file, which is compressed in itself, is compressed again")
	}
}

func uncompressed(t *testing.T, r reply) []byte {
	t.Helper()
	var in io.Reader = bytes.NewReader(r.body)
	var err error
	switch r.header.Get("Content-Encoding") {
	case "gzip":
		in, err = gzip.NewReader(in)
	case "zstd":
		in, err = zstd.NewReader(in)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// begin sends a statement and returns while its answer is under way.
func (d *door) begin(ctx context.Context, text string) *http.Response {
	d.t.Helper()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url+"/v1/query", strings.NewReader(statement(text)))
	if err != nil {
		d.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Authorization", "Bearer "+d.Secret(policy.DataSteward))
	q.Header.Set("Accept", "text/csv")
	a, err := d.client.Do(q)
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

// recorded waits until the log shows how a decision ended.
func (d *door) recorded(id string) {
	d.t.Helper()
	for range 200 {
		page := decode[list[map[string]any]](d.t, d.send(request{path: "/v1/audit?kind=outcome&decision_id=" + id, role: policy.PrivacyOfficer}), http.StatusOK)
		if len(page.Items) == 1 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	d.t.Fatalf("decision %s has no outcome", id)
}

func testAClientThatLeavesCancelsItsStatement(t *testing.T, d *door) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	a := d.begin(ctx, endless)
	if _, err := io.ReadFull(a.Body, make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	cancel()
	_ = a.Body.Close()
	id := a.Header.Get("Weir-Request-Id")
	d.recorded(id)
	if log := d.log.String(); !strings.Contains(log, "answer broken off") {
		t.Errorf("the log does not say so: %s", log)
	}
}

// testAStatementThatComputesIsCancelled asserts that a client that leaves
// before the first row does not leave its statement behind.
func testAStatementThatComputesIsCancelled(t *testing.T, d *door) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url+"/v1/query",
		strings.NewReader(statement("SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3")))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Authorization", "Bearer "+d.Secret(policy.DataSteward))
	if a, err := d.client.Do(q); err == nil {
		_ = a.Body.Close()
		t.Fatalf("got status %d", a.StatusCode)
	}
	for range 100 {
		if strings.Contains(d.log.String(), "status=504") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("the statement goes on: %s", d.log.String())
}
