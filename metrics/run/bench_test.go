package run_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/metrics"
	"github.com/weir-warehouse/weir/metrics/method"
	"github.com/weir-warehouse/weir/metrics/run"
	"github.com/weir-warehouse/weir/sql/duck"
)

// The benchmarks make their warehouse themselves: a synthetic district of a
// thousand teachers is loaded, and then copied inside the engine, with other
// schools and people, until there is a teacher for every two hundred rows of
// pd_engagement. WEIR_BENCH_ENGAGEMENT is how many of those there are, by default
// twenty million. WEIR_BENCH_MEMORY is the engine's memory limit, by default 4GB.
// BenchmarkMetricsScale runs if WEIR_BENCH_SCALE says on how many times as many
// rows.
const (
	benchEngagement = 20_000_000
	benchMemory     = "4GB"
	rowsPerTeacher  = 200
	copiedTeachers  = 1000
	benchDistricts  = 10
)

// shared datasets are the same in all districts.
var shared = []string{"academic_session", "pd_program"}

// setting reads a number of the environment.
func setting(b *testing.B, name string, otherwise int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("%s=%s: want a number", name, text)
	}
	return n
}

func benchOptions(b *testing.B) duck.Options {
	b.Helper()
	return duck.Options{MemoryLimit: cmp.Or(os.Getenv("WEIR_BENCH_MEMORY"), benchMemory), Threads: runtime.NumCPU(), TempDirectory: filepath.Join(b.TempDir(), "spill")}
}

// grow copies what is loaded until there are so many rows of engagement.
func (w *warehouse) grow(rows int) {
	w.t.Helper()
	ctx := context.Background()
	copies := max(1, rows/rowsPerTeacher/copiedTeachers)
	for _, c := range contract.Compartments() {
		if c == contract.Vault {
			continue
		}
		db, err := duck.Open(ctx, duck.Options{MemoryLimit: benchMemory, TempDirectory: filepath.Join(w.t.TempDir(), "spill")})
		if err != nil {
			w.t.Fatal(err)
		}
		if err := duck.Attach(ctx, db.SQL(), filepath.Join(w.home.Build(), string(c)+".duckdb"), "build", duck.ReadWrite); err != nil {
			w.t.Fatal(err)
		}
		for _, k := range w.catalog.In(c) {
			if slices.Contains(shared, k.Name) {
				continue
			}
			if _, err := db.SQL().ExecContext(ctx, copied(k, copies, rows)); err != nil {
				w.t.Fatalf("%s: %v", k.Name, err)
			}
		}
		if err := db.Close(); err != nil {
			w.t.Fatal(err)
		}
	}
}

// copied is the statement that copies a dataset's rows, copy i with identifiers of
// its own. Districts are ten in all. Engagement is repeated (j) to its number of rows.
func copied(k *contract.Contract, copies, rows int) string {
	columns := []string{contract.BatchColumn}
	names := []string{contract.BatchColumn}
	for _, c := range k.Columns {
		names = append(names, duck.Ident(c.Name))
		name := "t." + duck.Ident(c.Name)
		switch {
		case c.Person != "":
			name = "CAST(md5(" + name + " || ' ' || i) AS UUID)"
		case c.Name == "district_id":
			name += fmt.Sprintf(" || CASE WHEN i %% %d > 0 THEN '-' || i %% %[1]d ELSE '' END", benchDistricts)
		case c.Name == "engagement_id":
			name += " || '-' || i || '-' || j"
		case c.Type == "VARCHAR" && (slices.Contains(k.PrimaryKey, c.Name) && strings.HasSuffix(c.Name, "_id") || c.Reference != nil && !slices.Contains(shared, c.Reference.Dataset)):
			name += " || '-' || i"
		}
		columns = append(columns, name)
	}
	table := "build.main." + duck.Ident(k.Name)
	from := fmt.Sprintf("%s AS t, range(%d) AS a(i)", table, copies)
	switch k.Name {
	case "district":
		from = fmt.Sprintf("%s AS t, range(%d) AS a(i)", table, min(copies, benchDistricts))
	case "pd_engagement":
		from += fmt.Sprintf(", (SELECT %d / (count(*) * %d) AS times FROM %s), range(CAST(ceil(times) AS BIGINT)) AS b(j) WHERE hash(engagement_id, i, j) %% 1000000 < 1000000 * times / ceil(times)", rows, copies, table)
	}
	return fmt.Sprintf("CREATE TABLE build.main.copied AS SELECT %s FROM %s; DELETE FROM %s; INSERT INTO %[3]s (%[4]s) FROM build.main.copied; DROP TABLE build.main.copied",
		strings.Join(columns, ", "), from, table, strings.Join(names, ", "))
}

// spent is what something took.
type spent struct{ wall, cpu time.Duration }

func measure(f func() error) (s spent, err error) {
	begin, cpu := time.Now(), ownCPU()
	err = f()
	return spent{time.Since(begin), ownCPU() - cpu}, err
}

func ownCPU() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// bare runs the SQL of every relation and metric in DuckDB, each into a table. That
// of a metric gives unit rows, one for each observation unit. Grouped, it makes
// values of them in the plainest way, for each combination of dimensions the people,
// the schools and the sums, without intervals. It notes what each metric took.
func (w *warehouse) bare(b *testing.B, grouped bool, each map[string]time.Duration) error {
	b.Helper()
	ctx := context.Background()
	db, err := duck.Open(ctx, benchOptions(b))
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing was written
	conn, err := db.SQL().Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // as above
	for _, c := range contract.Compartments() {
		if c == contract.Vault {
			continue
		}
		if err := duck.Attach(ctx, conn, filepath.Join(w.home.Build(), string(c)+".duckdb"), string(c), duck.ReadOnly); err != nil {
			return err
		}
		for _, k := range w.catalog.In(c) {
			if _, err := conn.ExecContext(ctx, fmt.Sprintf("CREATE VIEW memory.main.%s AS FROM %s.main.%[1]s", duck.Ident(k.Name), duck.Ident(string(c)))); err != nil {
				return err
			}
		}
	}
	for _, m := range w.registry.Ordered() {
		table, query := duck.Ident(m.ID), m.Query()
		if m.Kind != metrics.KindRelation {
			table = "unit"
			if grouped {
				query = values(m)
			}
		}
		begin := time.Now()
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("CREATE OR REPLACE TEMP TABLE %s AS %s", table, query)); err != nil {
			return fmt.Errorf("%s: %w", m.ID, err)
		}
		each[m.ID] = time.Since(begin)
	}
	return nil
}

// values is the SQL of a metric with the grouping of its unit rows.
func values(m *metrics.Metric) string {
	in := method.Input{Columns: m.Names(), Person: m.Person.Key(), Dimensions: m.Dimensions}
	columns := []string{in.Keys(), in.People() + " AS n", in.Schools() + " AS n_schools"}
	for _, measure := range []string{"numerator", "denominator", "value", "baseline", "cost", "weight", "x", "y", "days"} {
		if slices.Contains(m.Names(), measure) {
			columns = append(columns, fmt.Sprintf("sum(%s) AS sum_%[1]s", measure))
		}
	}
	return fmt.Sprintf("SELECT %s FROM (%s) %s", strings.Join(columns, ", "), m.Query(), in.GroupBy())
}

// all computes every metric anew, protects the values and writes the marts. It notes
// what each metric took.
func (w *warehouse) all(b *testing.B, each map[string]time.Duration) (s spent, err error) {
	b.Helper()
	old, err := filepath.Glob(filepath.Join(w.home.Build(), "mart_*"))
	if err != nil {
		return s, err
	}
	for _, file := range append(old, filepath.Join(w.home.Build(), run.File)) {
		if err := os.RemoveAll(file); err != nil {
			return s, err
		}
	}
	r, rules := w.runner(b.Context(), benchOptions(b)), w.rules(b.Context())
	return measure(func() error {
		runs, err := r.Run(b.Context())
		if err != nil {
			return err
		}
		for _, r := range runs {
			each[r.Metric] = time.Duration(r.Seconds * float64(time.Second))
		}
		_, err = r.Protect(b.Context(), runs, rules)
		return err
	})
}

func (w *warehouse) size(b *testing.B) (rows, teachers int) {
	b.Helper()
	db, err := duck.Open(context.Background(), duck.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // nothing was written
	if err := duck.Attach(context.Background(), db.SQL(), filepath.Join(w.home.Build(), "formative.duckdb"), "f", duck.ReadOnly); err != nil {
		b.Fatal(err)
	}
	if err := duck.Attach(context.Background(), db.SQL(), filepath.Join(w.home.Build(), "core.duckdb"), "c", duck.ReadOnly); err != nil {
		b.Fatal(err)
	}
	if err := db.SQL().QueryRow("SELECT (SELECT count(*) FROM f.main.pd_engagement), (SELECT count(DISTINCT teacher_key) FROM c.main.teacher)").Scan(&rows, &teachers); err != nil {
		b.Fatal(err)
	}
	return rows, teachers
}

// BenchmarkMetrics compares a run of all metrics, disclosure control and marts
// included, with their SQL alone, with the same limits and threads, in turn: with the
// SQL that gives the values without intervals (run/sql), and with what gives unit rows
// only (run/units). It lists the metrics that take longest beside their unit rows, on
// standard error.
func BenchmarkMetrics(b *testing.B) {
	w := newWarehouse(b, 20, copiedTeachers, 3)
	w.grow(setting(b, "WEIR_BENCH_ENGAGEMENT", benchEngagement))
	rows, teachers := w.size(b)
	alone, full := map[string]time.Duration{}, map[string]time.Duration{}
	var units, bare, ran spent
	for b.Loop() {
		var err error
		if units, err = measure(func() error { return w.bare(b, false, alone) }); err != nil {
			b.Fatal(err)
		}
		if bare, err = measure(func() error { return w.bare(b, true, map[string]time.Duration{}) }); err != nil {
			b.Fatal(err)
		}
		if ran, err = w.all(b, full); err != nil {
			b.Fatal(err)
		}
	}
	ids := slices.SortedFunc(func(yield func(string) bool) {
		for id := range full {
			if !yield(id) {
				return
			}
		}
	}, func(x, y string) int { return cmp.Compare(full[y]-alone[y], full[x]-alone[x]) })
	for _, id := range ids[:min(len(ids), 25)] {
		fmt.Fprintf(os.Stderr, "%-36s %6.2f s, its unit rows %5.2f s\n", id, full[id].Seconds(), alone[id].Seconds())
	}
	for _, m := range w.registry.Ordered() {
		if m.Kind == metrics.KindRelation && alone[m.ID] > 200*time.Millisecond {
			fmt.Fprintf(os.Stderr, "%-36s relation, %5.2f s\n", m.ID, alone[m.ID].Seconds())
		}
	}
	b.ReportMetric(ran.wall.Seconds()/bare.wall.Seconds(), "run/sql")
	b.ReportMetric(ran.cpu.Seconds()/bare.cpu.Seconds(), "cpu-run/sql")
	b.ReportMetric(ran.wall.Seconds(), "s-run")
	b.ReportMetric(bare.wall.Seconds(), "s-sql")
	b.ReportMetric(ran.wall.Seconds()/units.wall.Seconds(), "run/units")
	b.ReportMetric(units.wall.Seconds(), "s-units")
	b.ReportMetric(float64(rows), "rows")
	b.ReportMetric(float64(teachers), "teachers")
}

// BenchmarkMetricsScale compares runs over warehouses of different size; teachers
// grow with rows.
func BenchmarkMetricsScale(b *testing.B) {
	if os.Getenv("WEIR_BENCH_SCALE") == "" {
		b.Skip("WEIR_BENCH_SCALE does not say on how many times as many rows, such as 8")
	}
	factor, rows := setting(b, "WEIR_BENCH_SCALE", 0), setting(b, "WEIR_BENCH_ENGAGEMENT", benchEngagement/4)
	var took [2]spent
	for b.Loop() {
		for i, n := range []int{rows, factor * rows} {
			w := newWarehouse(b, 20, copiedTeachers, 3)
			w.grow(n)
			var err error
			if took[i], err = w.all(b, map[string]time.Duration{}); err != nil {
				b.Fatal(err)
			}
			if err := os.RemoveAll(w.home.Dir); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(took[1].wall.Seconds()/took[0].wall.Seconds(), fmt.Sprintf("time-of-%dx", factor))
	b.ReportMetric(took[1].cpu.Seconds()/took[0].cpu.Seconds(), fmt.Sprintf("cpu-of-%dx", factor))
	b.ReportMetric(took[0].wall.Seconds(), "s-once")
}
