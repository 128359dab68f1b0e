package pgwire_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/access"
	"github.com/weir-warehouse/weir/sql/doors/doortest"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
)

// The benchmarks compare the door with PostgreSQL on the same rows and the
// same client, and with the engine under database/sql. Figures are ratios
// within one run. WEIR_BENCH_ROWS is the number of rows, by default five
// million, of which the grouped aggregate reads four times as many.
const benchRows = 5_000_000

// fetched are the columns that are fetched: of each type that matters one.
const (
	fetched   = "SELECT cost_id, period_start::TIMESTAMP AS period_start, amount, price_year, quantity::DOUBLE AS quantity, unit_price::BIGINT AS unit_price FROM pd_cost"
	pgColumns = "cost_id text, period_start timestamp, amount numeric(16,2), price_year integer, quantity double precision, unit_price bigint"
	grouped   = "SELECT price_year, unit_price, count(*), sum(amount), avg(quantity) FROM %s GROUP BY 1, 2 ORDER BY 1, 2"
)

func rowsOfBench(b *testing.B) int {
	b.Helper()
	text := os.Getenv("WEIR_BENCH_ROWS")
	if text == "" {
		return benchRows
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// costs writes pd_cost in the contract's form, by the engine.
func costs(b *testing.B, n int) string {
	b.Helper()
	db, err := duck.Open(context.Background(), duck.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // test
	path := filepath.Join(b.TempDir(), "pd_cost.parquet")
	_, err = db.SQL().ExecContext(context.Background(), fmt.Sprintf(`COPY (
		SELECT 'c' || i AS cost_id, 'p1' AS program_id, 'd1' AS district_id, DATE '2025-08-01' AS period_start, DATE '2026-06-30' AS period_end,
			['personnel', 'platform', 'substitutes', 'materials', 'facilities', 'travel'][1 + i %% 6] AS ingredient,
			(1 + i %% 7)::DECIMAL(14,3) AS quantity, 'unit ' || i %% 50 AS unit, (1 + i %% 11)::DECIMAL(14,4) AS unit_price,
			((1 + i %% 7) * (1 + i %% 11))::DECIMAL(16,2) AS amount, 'USD' AS currency, (2020 + i %% 5)::INTEGER AS price_year
		FROM range(%d) t(i)) TO %s (FORMAT parquet)`, n, duck.Literal(path)))
	if err != nil {
		b.Fatal(err)
	}
	return path
}

// wholeMachine is an engine with all threads and enough memory.
func wholeMachine() duck.Options { return duck.Options{MemoryLimit: "4GB"} }

// benchDoor serves a warehouse with so many costs, by an engine that has the
// machine to itself: the tests' own has one thread and little memory.
func benchDoor(b *testing.B, n int) *door {
	b.Helper()
	d := doortest.New(b)
	catalog, err := contract.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	loader := &etl.Loader{Home: d.Home, Catalog: catalog, Engine: duck.Options{}, RemovalLimit: 0.1, Program: "test", Now: gatewaytest.Now}
	report, err := loader.Load(context.Background(), []string{costs(b, n)}, etl.Options{})
	if err != nil || report.Outcomes[0].Status != etl.StatusLoaded {
		b.Fatalf("%v: %+v", err, report)
	}
	if _, _, err := loader.Publish(context.Background()); err != nil {
		b.Fatal(err)
	}
	c := d.Config
	c.Engine = wholeMachine()
	g, err := gateway.New(c)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(g.Close)
	desk := d.Desk.Config
	desk.Gateway = g
	d.Desk = access.New(desk)
	return serve(b, d)
}

// fetchEnv makes the test's program a client that fetches a query in binary.
const fetchEnv = "WEIR_BENCH_FETCH"

// fetch reads all rows in binary.
func fetch(url, query string) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer c.Close(ctx) //nolint:errcheck // test
	r := c.PgConn().ExecParams(ctx, query, nil, nil, nil, []int16{1})
	n := 0
	for r.NextRow() {
		n += len(r.Values()[0])
	}
	_, err = r.Close()
	return err
}

// client runs a client in a process of its own.
func client(b *testing.B, env []string, name string, args ...string) {
	b.Helper()
	c := exec.CommandContext(context.Background(), name, args...)
	c.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	c.Stderr = &out
	if err := c.Run(); err != nil {
		b.Fatalf("%s: %v: %s", name, err, out.String())
	}
}

func byPGX(b *testing.B, url, query string) {
	b.Helper()
	client(b, []string{fetchEnv + "=" + url}, os.Args[0], query)
}

func byCopy(b *testing.B, url, query string) {
	b.Helper()
	client(b, nil, "psql", url, "-q", "-o", os.DevNull, "-c", "COPY ("+query+") TO STDOUT")
}

// cpu is what the process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// timed is how long f takes.
func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	return of[len(of)/2]
}

// alternate measures both in turn, so that neither has the quieter machine.
func alternate(n int, a, b func()) (da, db time.Duration) {
	var as, bs []time.Duration
	for range n {
		as = append(as, timed(a))
		bs = append(bs, timed(b))
	}
	return median(as), median(bs)
}

// BenchmarkFetch fetches all rows by psql's COPY and in binary by pgx, from
// the door and from PostgreSQL.
func BenchmarkFetch(b *testing.B) {
	n := rowsOfBench(b)
	d, p := benchDoor(b, n), startPostgres(b)
	p.fill(b, d, fetched)
	weir := d.url(policy.DataSteward, "")
	for b.Loop() {
		ours, theirs := alternate(3, func() { byCopy(b, weir, fetched) }, func() { byCopy(b, p.url, "SELECT * FROM cost") })
		b.ReportMetric(theirs.Seconds()/ours.Seconds(), "×PostgreSQL-COPY")
		b.ReportMetric(float64(n)/ours.Seconds()/1e6, "Mrows/s-COPY")
		ours, theirs = alternate(3, func() { byPGX(b, weir, fetched) }, func() { byPGX(b, p.url, "SELECT * FROM cost") })
		b.ReportMetric(theirs.Seconds()/ours.Seconds(), "×PostgreSQL-binary")
		b.ReportMetric(float64(n)/ours.Seconds()/1e6, "Mrows/s-binary")
		b.ReportMetric(0, "ns/op")
	}
}

// BenchmarkFetchCost fetches in binary, and counts what that costs the server:
// CPU beside that of database/sql in the same process, and memory.
func BenchmarkFetchCost(b *testing.B) {
	d := benchDoor(b, rowsOfBench(b))
	db := bareDB(b, d, wholeMachine())
	weir := d.url(policy.DataSteward, "")
	debug.FreeOSMemory() // what loading took
	first := resetPeak(b)
	byPGX(b, weir, fetched)
	peak := peakMemory(b) - first
	for b.Loop() {
		var ours, theirs []time.Duration
		for range 3 {
			idle := resetPeak(b)
			start := cpu(b)
			byPGX(b, weir, fetched)
			ours = append(ours, cpu(b)-start)
			peak = max(peak, peakMemory(b)-idle)
			start = cpu(b)
			scan(b, db)
			theirs = append(theirs, cpu(b)-start)
		}
		b.ReportMetric(median(ours).Seconds()/median(theirs).Seconds(), "×database/sql-CPU")
		b.ReportMetric(median(ours).Seconds(), "CPU-s")
		b.ReportMetric(peak, "peak-MB-above-idle")
		b.ReportMetric(0, "ns/op")
	}
}

// bareDB is an engine under database/sql that has attached what the door's has.
func bareDB(b *testing.B, d *door, o duck.Options) *sql.DB {
	b.Helper()
	db, err := duck.Open(context.Background(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	m, _, err := d.Snapshots.Current()
	if err != nil {
		b.Fatal(err)
	}
	if err := duck.Attach(context.Background(), db.SQL(), d.Snapshots.Path(m.ID, "core.duckdb"), "core", duck.ReadOnly); err != nil {
		b.Fatal(err)
	}
	return db.SQL()
}

func scan(b *testing.B, db *sql.DB) {
	b.Helper()
	rows, err := db.QueryContext(context.Background(), strings.Replace(fetched, "pd_cost", "core.main.pd_cost", 1))
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // test
	var id, start, amount, year, quantity, price any
	for rows.Next() {
		if err := rows.Scan(&id, &start, &amount, &year, &quantity, &price); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
}

// resetPeak begins to measure the process's peak of memory, in megabytes.
func resetPeak(b *testing.B) float64 {
	b.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600); err != nil {
		b.Fatal(err)
	}
	return peakMemory(b)
}

func peakMemory(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kilobytes, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kilobytes / 1024
}

// BenchmarkAggregate groups four times as many rows, at the door and in
// PostgreSQL.
func BenchmarkAggregate(b *testing.B) {
	n := 4 * rowsOfBench(b)
	d, p := benchDoor(b, n), startPostgres(b)
	var parts []string // a steward has at most ten million rows at once
	for i := range 4 {
		parts = append(parts, fmt.Sprintf("%s WHERE hash(cost_id) %% 4 = %d", fetched, i))
	}
	p.fill(b, d, parts...)
	ask := func(url, table string) func() {
		c, err := pgx.Connect(context.Background(), url)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = c.Close(context.Background()) })
		return func() {
			if _, err := c.Exec(context.Background(), fmt.Sprintf(grouped, table)); err != nil {
				b.Fatal(err)
			}
		}
	}
	weir, pg := ask(d.url(policy.DataSteward, ""), "pd_cost"), ask(p.url, "cost")
	for b.Loop() {
		ours, theirs := alternate(3, weir, pg)
		b.ReportMetric(theirs.Seconds()/ours.Seconds(), "×PostgreSQL")
		b.ReportMetric(ours.Seconds()*1000, "ms")
		b.ReportMetric(0, "ns/op")
	}
}

// BenchmarkPoint asks for one row, through the door and on the bare engine.
func BenchmarkPoint(b *testing.B) {
	d := open(b)
	c := d.connect(b, policy.DataSteward, "")
	db := bareDB(b, d, d.Engine)
	var name string
	ask := func(row interface{ Scan(into ...any) error }) {
		if err := row.Scan(&name); err != nil {
			b.Fatal(err)
		}
	}
	ctx := context.Background()
	for b.Loop() {
		ours, bare := alternate(400,
			func() { ask(c.QueryRow(ctx, "SELECT name FROM school WHERE school_id = $1", "s1")) },
			func() { ask(db.QueryRowContext(ctx, "SELECT name FROM core.main.school WHERE school_id = ?", "s1")) })
		b.ReportMetric(float64((ours-bare).Microseconds())/1000, "added-ms")
		b.ReportMetric(float64(bare.Microseconds())/1000, "bare-ms")
		b.ReportMetric(0, "ns/op")
	}
}
