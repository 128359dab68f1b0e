package run

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Verdict is what came of a metric's test.
type Verdict string

// The verdicts.
const (
	Passed   Verdict = "pass"
	Failed   Verdict = "fail"
	Untested Verdict = "no test" // the metric's folder has none
)

// Tested is what the test of a metric showed.
type Tested struct {
	Metric      string   `json:"metric"`
	Verdict     Verdict  `json:"verdict"`
	Values      int      `json:"values"`                // expected
	Differences []string `json:"differences,omitempty"` // of what the metric gives from what is expected
}

// Test runs the tests of metrics, each over its own rows in an engine in memory.
// Errors are those of a test that cannot be read.
func Test(ctx context.Context, catalog *contract.Catalog, registry *metrics.Registry, of []*metrics.Metric, progress func(done int, metric string)) (out []Tested, err error) {
	db, err := duck.Open(ctx, duck.Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.SQL().Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	for i, m := range of {
		progress(i, m.ID)
		t, err := test(ctx, conn, catalog, registry, m)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func test(ctx context.Context, conn *sql.Conn, catalog *contract.Catalog, registry *metrics.Registry, m *metrics.Metric) (t Tested, err error) {
	t = Tested{Metric: m.ID, Verdict: Untested}
	e, err := m.Example()
	if err != nil || e == nil {
		return t, err
	}
	statements, err := e.Statements(m, catalog)
	if err != nil {
		return t, err
	}
	for _, stmt := range statements {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return t, fmt.Errorf("test of %s: %w", m.ID, err)
		}
	}
	if _, err := NewWorkbench(conn, registry).Compute(ctx, m, m.Dimensions, 1); err != nil {
		return t, fmt.Errorf("test of %s: %w", m.ID, err)
	}
	got, err := given(ctx, conn)
	if err != nil {
		return t, err
	}
	t.Verdict, t.Values, t.Differences = Passed, len(e.Expected), differences(e.Expected, got)
	if len(t.Differences) > 0 {
		t.Verdict = Failed
	}
	return t, nil
}

// given reads the values of a metric, by their keys.
func given(ctx context.Context, conn *sql.Conn) (map[string]map[string]sql.NullFloat64, error) {
	rows, err := conn.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM %s",
		duck.Idents(slices.Concat(metrics.ExampleKeys, metrics.ExampleNumbers)), Values))
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	out := map[string]map[string]sql.NullFloat64{}
	for rows.Next() {
		keys, numbers := make([]sql.NullString, len(metrics.ExampleKeys)), make([]sql.NullFloat64, len(metrics.ExampleNumbers))
		var into []any
		for i := range keys {
			into = append(into, &keys[i])
		}
		for i := range numbers {
			into = append(into, &numbers[i])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		at, fields := map[string]string{}, map[string]sql.NullFloat64{}
		for i, k := range keys {
			at[metrics.ExampleKeys[i]] = k.String
		}
		for i, name := range metrics.ExampleNumbers {
			fields[name] = numbers[i]
		}
		out[metrics.Key(at)] = fields
	}
	return out, rows.Err()
}

// differences lists in words what is not as expected.
func differences(expected []metrics.Expected, got map[string]map[string]sql.NullFloat64) []string {
	var out []string
	for _, e := range expected {
		fields, ok := got[e.Key]
		if !ok {
			out = append(out, e.Key+": is expected, and there is no value")
			continue
		}
		delete(got, e.Key)
		for name, want := range e.Fields {
			if !agrees(want, fields[name]) {
				out = append(out, fmt.Sprintf("%s: %s is %s, expected %s", e.Key, name, word(fields[name]), orNone(want)))
			}
		}
	}
	for key := range got {
		out = append(out, key+": there is a value, and none is expected")
	}
	slices.Sort(out)
	return out
}

// agrees says whether a number is the one stated, to three millionths: amounts
// are counted in millionths, and cells of few people magnify the rounding.
func agrees(want string, got sql.NullFloat64) bool {
	switch want {
	case metrics.Any:
		return true
	case "":
		return !got.Valid
	}
	w, err := strconv.ParseFloat(want, 64)
	return err == nil && got.Valid && math.Abs(got.Float64-w) <= 3e-6*max(1, math.Abs(w))
}

func word(v sql.NullFloat64) string {
	if !v.Valid {
		return "none"
	}
	return strconv.FormatFloat(v.Float64, 'g', 9, 64)
}

func orNone(want string) string {
	if want == "" {
		return "none"
	}
	return want
}
