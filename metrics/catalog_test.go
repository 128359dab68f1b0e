package metrics_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/run"
	"github.com/weir-warehouse/weir/sql/duck"
)

// TestCatalog computes each metric on the small district in testdata, and compares
// all its values with testdata/expected. These come from testdata/independent.py,
// which has the definitions, but neither Weir's SQL nor its methods.
func TestCatalog(t *testing.T) {
	t.Parallel()
	b, err := openBench(t.Context(), duck.Options{MemoryLimit: "1GB", Threads: 2, TempDirectory: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close() //nolint:errcheck // nothing was written
	b.smallDistrict(t)
	for _, m := range b.all.Metrics() {
		if m.Comparison != "" && read(t, filepath.Join("study", "protocol", "ready", m.Comparison+".yaml")) == "" {
			t.Errorf("%s: there is no ready protocol %s", m.ID, m.Comparison)
		}
		if err := b.compute(t.Context(), m.ID, func([]string) bool { return true }); err != nil {
			t.Fatal(err)
		}
		want := expected(t, m)
		got := b.figures(t)
		for key, f := range got {
			if w, ok := want[key]; !ok {
				t.Errorf("%s: %s is not expected: %v", m.ID, key, f)
			} else if !w.near(f) {
				t.Errorf("%s: %s is %v, expected %v", m.ID, key, f, w)
			}
		}
		for key := range want {
			if _, ok := got[key]; !ok {
				t.Errorf("%s: %s is missing: %v", m.ID, key, want[key])
			}
		}
	}
}

// TestExamples runs the test in the folder of each metric.
func TestExamples(t *testing.T) {
	t.Parallel()
	all, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	tested, err := run.Test(t.Context(), contracts(t), all, all.Metrics(), func(int, string) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range tested {
		if m.Verdict != run.Passed {
			t.Errorf("%s: %s\n%s", m.Metric, m.Verdict, strings.Join(m.Differences, "\n"))
		}
	}
}

// smallDistrict fills a table of each dataset. Keys of people, t01 say, become
// UUIDs.
func (b *bench) smallDistrict(t *testing.T) {
	t.Helper()
	for _, k := range contracts(t).All() {
		if k.Compartment == contract.Vault {
			continue
		}
		var columns []string
		for _, c := range k.Columns {
			columns = append(columns, duck.Ident(c.Name)+" "+c.Type)
		}
		b.execf(t, "CREATE TEMP TABLE %s (%s)", duck.Ident(k.Name), strings.Join(columns, ", "))
		path := filepath.Join("testdata", "district", k.Name+".csv")
		header, _, ok := strings.Cut(read(t, path), "\n")
		if !ok {
			continue // dataset of which no metric needs a row
		}
		var values []string
		for name := range strings.SplitSeq(header, ",") {
			value := duck.Ident(name)
			if strings.HasSuffix(name, "_key") {
				value = fmt.Sprintf("CAST(md5(%s) AS UUID) AS %s", value, value)
			}
			values = append(values, value)
		}
		b.execf(t, "INSERT INTO %s BY NAME SELECT %s FROM read_csv(%s, header = true, all_varchar = true)",
			duck.Ident(k.Name), strings.Join(values, ", "), duck.Literal(path))
	}
}

// read returns a file's text, empty if there is no such file.
func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(data)
}

// shown is a value, its interval and people; NaN: none, and Inf: whatever a
// bootstrap gives.
type shown struct{ value, low, high, n float64 }

// near says whether a figure is another to three millionths: amounts are counted
// in millionths, and cells of two or three people magnify the rounding.
func (s shown) near(f shown) bool {
	same := func(want, got float64) bool {
		switch {
		case math.IsInf(want, 0):
			return true
		case math.IsNaN(want) || math.IsNaN(got):
			return math.IsNaN(want) && math.IsNaN(got)
		}
		return math.Abs(want-got) <= 3e-6*max(1, math.Abs(want))
	}
	return same(s.value, f.value) && same(s.low, f.low) && same(s.high, f.high) && same(s.n, f.n)
}

var keyColumns = []string{
	"district_id", "school_id", "session_id", "program_kind", "program_id", "grade_band", "subject", "experience_band", "device_access", "broadband_access", "breakdown", "category",
}

// expected reads the values of a metric by their keys.
func expected(t *testing.T, m *metrics.Metric) map[string]shown {
	t.Helper()
	path := filepath.Join("testdata", "expected", m.ID+".csv")
	rows, err := csv.NewReader(strings.NewReader(read(t, path))).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%s: no expected values (%v)", path, err)
	}
	if !slices.Equal(rows[0][:len(keyColumns)], keyColumns) {
		t.Fatalf("%s: columns are %v", path, rows[0])
	}
	want := map[string]shown{}
	for _, row := range rows[1:] {
		var s shown
		for i, into := range []*float64{&s.value, &s.low, &s.high, &s.n} {
			text := row[len(keyColumns)+i]
			switch text {
			case "":
				*into = math.NaN()
			case metrics.Any:
				*into = math.Inf(1)
			default:
				if *into, err = strconv.ParseFloat(text, 64); err != nil {
					t.Fatalf("%s: %v", path, err)
				}
			}
		}
		want[strings.Join(row[:len(keyColumns)], "|")] = s
	}
	return want
}

// figures reads the values that were computed.
func (b *bench) figures(t *testing.T) map[string]shown {
	t.Helper()
	keys := make([]string, len(keyColumns))
	for i, c := range keyColumns {
		keys[i] = "coalesce(" + c + ", '')"
	}
	rows, err := b.conn.QueryContext(context.Background(), "SELECT concat_ws('|', "+strings.Join(keys, ", ")+
		"), value, coalesce(ci_low, 'NaN'), coalesce(ci_high, 'NaN'), n FROM "+run.Values)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	got := map[string]shown{}
	for rows.Next() {
		var key string
		var s shown
		if err := rows.Scan(&key, &s.value, &s.low, &s.high, &s.n); err != nil {
			t.Fatal(err)
		}
		got[key] = s
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return got
}
