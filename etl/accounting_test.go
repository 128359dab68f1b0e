package etl_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"github.com/weir-warehouse/weir/etl"
)

// record is one record of a generated file of measurements, whose key is the
// line on which it begins.
type record struct {
	line int
	raw  string
	good bool
}

// records draws a file: good rows, rows with bad values, malformed ones, empty
// lines, quoted newlines.
func records() *rapid.Generator[[]record] {
	shapes := []struct {
		format string
		good   bool
	}{
		{`%d,1,red`, true}, {`"%d",2,"darkBlue"`, true}, {`%d,,`, true}, {` %d , 3 ,RED`, true}, {`%d,4,red,`, true}, {"%d,5,\"red\"  ", true},
		{`%d,x,red`, false}, {`%d,1,green`, false}, {"%d,1,\"gre\nen\"", false}, {"%d,\"\n\n1,2,3\n\",red", false}, {`%d,9,"€""ü"`, false},
		{`%d,1`, false}, {`%d,1,red,more`, false}, {`%d,"1"x,red`, false}, {`%d`, false},
	}
	return rapid.Custom(func(t *rapid.T) []record {
		var out []record
		for line := 2; len(out) < 60; {
			if rapid.IntRange(0, 9).Draw(t, "empty") == 0 {
				line++
			}
			shape := rapid.SampledFrom(shapes).Draw(t, "shape")
			r := record{line: line, raw: fmt.Sprintf(shape.format, line), good: shape.good}
			line += 1 + strings.Count(r.raw, "\n")
			out = append(out, r)
		}
		return out
	})
}

// Each record of a source file is loaded, or stands in quarantine with its line
// and its text.
func TestEachRecordIsAccountedFor(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, "testdata/measurement.odcs.yaml")
	for seed := range 8 {
		rows := records().Example(seed)
		end := []string{"\n", "\r\n"}[seed%2]
		var b strings.Builder
		b.WriteString("measurement_id,ranged,colour" + end)
		at := 2
		want := map[string]bool{}
		good := 0
		for _, r := range rows {
			b.WriteString(strings.Repeat(end, r.line-at) + r.raw + end)
			at = r.line + 1 + strings.Count(r.raw, "\n")
			if r.good {
				good++
			} else {
				want[fmt.Sprintf("%d|%s", r.line, r.raw)] = true
			}
		}
		text := strings.Repeat("\ufeff", seed/2%2) + strings.TrimSuffix(b.String(), strings.Repeat(end, seed/4%2))
		o := w.loadOne(w.file(fmt.Sprintf("measurement_%d.csv", seed), strings.TrimSuffix(text, "\n")))
		if o.Read != int64(len(rows)) || o.Loaded+o.Updated+o.Unchanged != int64(good) {
			t.Errorf("file %d: %+v, want %d good of %d", seed, o, good, len(rows))
		}
		for _, got := range w.query(fmt.Sprintf("SELECT line, raw FROM quarantine.quarantined_row WHERE file = 'measurement_%d.csv'", seed)) {
			if !want[got] {
				t.Errorf("file %d: in quarantine is %q", seed, got)
			}
			delete(want, got)
		}
		for missing := range want {
			t.Errorf("file %d: not in quarantine is %q", seed, missing)
		}
	}
}

func TestManyBadRecords(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, "testdata/measurement.odcs.yaml")
	lines := []string{"measurement_id,ranged,colour"}
	for i := range 60_000 {
		lines = append(lines, fmt.Sprintf([]string{"%d,1,red", "%d,\"1\"1,red", "%d,7,red"}[i%3], i+2))
	}
	o := w.loadOne(w.file("measurement.csv", lines...))
	if o.Loaded != 20_000 || o.ByRule["structure"] != 20_000 || o.ByRule["range"] != 20_000 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT count(*), count(*) FILTER (starts_with(raw, line || ',')) FROM quarantine.quarantined_row", "40000|40000")
	w.expect("SELECT count(*), min(measurement_id::INT), max(measurement_id::INT) FROM core.main.measurement", "20000|2|59999")
}

// The same table packed or encoded otherwise is the same table.
func TestTheSameContentIsLoadedOnce(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	text := strings.Join([]string{districtHeader, "d1,Zoë,0100001,TN", "d2,,0100002,TN"}, "\n") + "\n"
	if o := w.loadOne(w.file("district.csv", strings.TrimSuffix(text, "\n"))); o.Loaded != 1 {
		t.Errorf("outcome %+v", o)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"district_2.csv.gz": packed.String(), "district_3.csv": wide} {
		path := filepath.Join(w.dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if o := w.loadOne(path); o.Status != etl.StatusAlready || !strings.Contains(o.Reason, "batch 1 of core") {
			t.Errorf("%s: %+v", name, o)
		}
	}
	w.expect("SELECT count(*) FROM core.ledger.batch", "1")
}

// A Windows-1252 file is refused until a mapping says what it is.
func TestDeclaredEncoding(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	text, err := charmap.Windows1252.NewEncoder().String(strings.Join([]string{districtHeader, "d1,Zoë’s,0100001,TN", "d2,„Two“,bad,TN"}, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	path := w.file("district.csv", text)
	if o := w.loadOne(path); o.Status != etl.StatusRefused || !strings.Contains(o.Reason, "line 2 is not UTF-8") {
		t.Errorf("outcome %+v", o)
	}
	if o := w.loadAs(path, "dataset: district\nformat: {encoding: windows-1252}"); o.Loaded != 1 || o.Quarantined != 1 {
		t.Errorf("outcome %+v", o)
	}
	w.expect("SELECT name FROM core.main.district", "Zoë’s")
	w.expect("SELECT line, raw FROM quarantine.quarantined_row", "3|d2,„Two“,bad,TN")
}

// Rows of formats without lines of text are found by their number.
func TestBadRowsOfOtherFormats(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t, "testdata/measurement.odcs.yaml")
	w.loadOne(w.parquet("measurement.parquet", "SELECT 'p' || i AS measurement_id, CASE WHEN i = 2 THEN 9 ELSE i END::SMALLINT AS ranged, DATE '2024-01-01' + i::INTEGER AS held_on FROM range(1, 4) r(i)"))
	w.loadOne(w.file("measurement.ndjson", `{"measurement_id": "n1", "ranged": 1}`, "", `{"measurement_id": "n2", "ranged": 2.5}`, `{"ranged": "3"}`))
	w.expect("SELECT measurement_id, ranged, held_on FROM core.main.measurement ORDER BY 1", "n1|1|<nil>", "p1|1|2024-01-02", "p3|3|2024-01-04")
	w.expect("SELECT file, line, raw, list_transform(violations, v -> v.rule) FROM quarantine.quarantined_row ORDER BY ALL",
		`measurement.ndjson|3|{"measurement_id": "n2", "ranged": 2.5}|[type]`,
		`measurement.ndjson|4|{"ranged": "3"}|[required]`,
		`measurement.parquet|2|{"measurement_id":"p2","held_on":"2024-01-03","ranged":"9"}|[range]`)
}
