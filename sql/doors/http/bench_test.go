package httpdoor_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/policy"
)

// BenchmarkFormats fetches a million rows of six columns in each format.
func BenchmarkFormats(b *testing.B) {
	d := open(b)
	const rows = 1_000_000
	body := statement("SELECT range AS n, TIMESTAMP '2026-01-01' + INTERVAL (range) SECOND AS at, 'teacher ' || range % 1000 AS name, " +
		"CAST(range % 10000 AS DECIMAL(8,2)) / 4 AS share, CAST(range % 7 AS INTEGER) AS day, range * 0.1::DOUBLE AS x FROM range(1000000)")
	for _, media := range []string{
		"application/json", "application/x-ndjson", "text/csv", "application/vnd.apache.arrow.stream", "application/vnd.apache.parquet",
	} {
		b.Run(media, func(b *testing.B) {
			for b.Loop() {
				q, err := http.NewRequestWithContext(b.Context(), http.MethodPost, d.url+"/v1/query", strings.NewReader(body))
				if err != nil {
					b.Fatal(err)
				}
				q.Header.Set("Authorization", "Bearer "+d.Secret(policy.DataSteward))
				q.Header.Set("Content-Type", "application/json")
				q.Header.Set("Accept", media)
				a, err := d.client.Do(q)
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, a.Body)
				_ = a.Body.Close()
				if err != nil || a.StatusCode != http.StatusOK {
					b.Fatal(a.StatusCode, err)
				}
				b.SetBytes(n)
			}
			b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
