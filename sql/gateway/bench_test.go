package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
)

// The same statements through the gateway, audit included, and on a bare
// connection to an instance that has attached the same files. Figures are
// ratios and differences within one run.

// costRows is how many rows the table of the slow statements has.
const costRows = 6_000_000

const (
	slow  = "SELECT ingredient, count(*), sum(amount), avg(quantity), count(DISTINCT unit) FROM %s WHERE amount > 5 GROUP BY 1 ORDER BY 1"
	point = "SELECT name FROM %s WHERE district_id = 'd1'"
)

// costs writes pd_cost in the contract's form, by the engine.
func costs(t testing.TB) string {
	t.Helper()
	db, err := duck.Open(context.Background(), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // test
	path := t.TempDir() + "/pd_cost.parquet"
	_, err = db.SQL().ExecContext(context.Background(), fmt.Sprintf(`COPY (
		SELECT 'c' || i AS cost_id, 'p1' AS program_id, 'd1' AS district_id, DATE '2025-08-01' AS period_start, DATE '2026-06-30' AS period_end,
			['personnel', 'platform', 'substitutes', 'materials', 'facilities', 'travel'][1 + i %% 6] AS ingredient,
			(1 + i %% 7)::DECIMAL(14,3) AS quantity, 'unit ' || i %% 50 AS unit, (1 + i %% 11)::DECIMAL(14,4) AS unit_price,
			((1 + i %% 7) * (1 + i %% 11))::DECIMAL(16,2) AS amount, 'USD' AS currency, 2026 AS price_year
		FROM range(%d) t(i)) TO %s (FORMAT parquet)`, costRows, duck.Literal(path)))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// bareInstance attaches what the gateway's scope attaches, and nothing else.
func bareInstance(b *testing.B, w *world) *duck.Instance {
	b.Helper()
	i, err := duck.OpenInstance(w.Engine)
	w.must(err)
	b.Cleanup(i.Close)
	c, err := i.Connect()
	w.must(err)
	defer c.Close()
	m, _, err := w.Snapshots.Current()
	w.must(err)
	w.must(c.Exec(context.Background(), "ATTACH "+duck.Literal(w.Snapshots.Path(m.ID, "core.duckdb"))+" AS core (READ_ONLY)"))
	return i
}

func onBare(w *world, i *duck.Instance, text string) {
	c, err := i.Connect()
	w.must(err)
	defer c.Close()
	w.must(c.Exec(context.Background(), text))
}

func onGateway(w *world, s *gateway.Session, text string) {
	r, err := s.Query(context.Background(), text)
	w.must(err)
	for {
		batch, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		w.must(err)
		batch.Release()
	}
	r.Close()
}

func benchWorld(b *testing.B) (*world, *gateway.Session, *duck.Instance) {
	b.Helper()
	w := newWorld(b, gatewaytest.Sources(), costs(b))
	s, err := w.Open(context.Background(), w.Person("S", policy.Operations, policy.DataSteward))
	w.must(err)
	bare := bareInstance(b, w)
	onGateway(w, s, fmt.Sprintf(slow, "pd_cost"))
	onBare(w, bare, fmt.Sprintf(slow, "core.main.pd_cost"))
	return w, s, bare
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	return of[len(of)/2]
}

// alternate measures both in turn, so that neither has the quieter machine.
func alternate(n int, a, b func()) (da, db time.Duration) {
	var as, bs []time.Duration
	for range n {
		start := time.Now()
		a()
		as = append(as, time.Since(start))
		start = time.Now()
		b()
		bs = append(bs, time.Since(start))
	}
	return median(as), median(bs)
}

func BenchmarkSlowStatement(b *testing.B) {
	w, s, bare := benchWorld(b)
	for b.Loop() {
		governed, plain := alternate(15,
			func() { onGateway(w, s, fmt.Sprintf(slow, "pd_cost")) },
			func() { onBare(w, bare, fmt.Sprintf(slow, "core.main.pd_cost")) })
		b.ReportMetric(float64(governed)/float64(plain), "×bare")
		b.ReportMetric(float64(plain.Milliseconds()), "bare-ms")
	}
}

func BenchmarkPointStatement(b *testing.B) {
	w, s, bare := benchWorld(b)
	for b.Loop() {
		governed, plain := alternate(400,
			func() { onGateway(w, s, fmt.Sprintf(point, "district")) },
			func() { onBare(w, bare, fmt.Sprintf(point, "core.main.district")) })
		b.ReportMetric(float64((governed-plain).Microseconds())/1000, "added-ms")
		b.ReportMetric(float64(plain.Microseconds())/1000, "bare-ms")
	}
}

func BenchmarkPointStatementsBy32(b *testing.B) {
	w, _, bare := benchWorld(b)
	sessions := make([]*gateway.Session, 32)
	for i := range sessions {
		var err error
		sessions[i], err = w.Open(context.Background(), w.Person(fmt.Sprintf("S%d", i), policy.Operations, policy.DataSteward))
		w.must(err)
	}
	run := func(f func(i int)) func() {
		return func() {
			var all sync.WaitGroup
			for i := range sessions {
				all.Go(func() {
					for range 40 {
						f(i)
					}
				})
			}
			all.Wait()
		}
	}
	for b.Loop() {
		governed, plain := alternate(5,
			run(func(i int) { onGateway(w, sessions[i], fmt.Sprintf(point, "district")) }),
			run(func(int) { onBare(w, bare, fmt.Sprintf(point, "core.main.district")) }))
		b.ReportMetric(float64(plain)/float64(governed), "×bare-throughput")
	}
}

func BenchmarkColdScope(b *testing.B) {
	w, _, _ := benchWorld(b)
	c := w.Config
	c.Instances = 0 // no scope outlives its statement
	g, err := gateway.New(c)
	w.must(err)
	b.Cleanup(g.Close)
	request := w.Person("S", policy.Operations, policy.DataSteward)
	for b.Loop() {
		cold, start := alternate(15,
			func() {
				s, err := g.Open(context.Background(), request)
				w.must(err)
				_, err = s.Guard(context.Background(), "SELECT 1")
				w.must(err)
			},
			func() {
				for range 2 { // a scope has two: data and shadow
					i, err := duck.OpenInstance(w.Engine)
					w.must(err)
					i.Close()
				}
			})
		b.ReportMetric(float64((cold-start).Microseconds())/1000, "cold-ms")
		b.ReportMetric(float64(start.Microseconds())/1000, "engine-start-ms")
	}
}

// BenchmarkColdCatalogue is what the first question about the catalogue costs a
// scope at the PostgreSQL door.
func BenchmarkColdCatalogue(b *testing.B) {
	w, _, _ := benchWorld(b)
	c := w.Config
	c.Instances = 0
	g, err := gateway.New(c)
	w.must(err)
	b.Cleanup(g.Close)
	ask := func(text string) func() {
		return func() {
			s, err := g.Open(context.Background(), throughPostgres(w.Person("S", policy.Operations, policy.DataSteward)))
			w.must(err)
			onGateway(w, s, text)
		}
	}
	for b.Loop() {
		catalogue, data := alternate(15, ask("SELECT count(*) FROM pg_class"), ask("SELECT count(*) FROM district"))
		b.ReportMetric(float64((catalogue-data).Microseconds())/1000, "added-ms")
	}
}

func TestCancelIsPrompt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gatewaytest.Sources())
	s, err := w.Open(context.Background(), w.Person("S", policy.Operations, policy.DataSteward))
	w.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	var canceled time.Time
	time.AfterFunc(200*time.Millisecond, func() { canceled = time.Now(); cancel() })
	r, err := s.Query(ctx, "SELECT count(*) FROM range(1000000) a, range(1000000) b, teacher WHERE (a.range * b.range) % 7 = 3")
	if err == nil {
		_, err = r.Next()
		r.Close()
	}
	if policy.CodeOf(err) != policy.Canceled {
		t.Fatalf("%v, want %s", err, policy.Canceled)
	}
	t.Logf("ended %v after it was cancelled", time.Since(canceled))
}

// BenchmarkCancel measures how long statements of several kinds take to end once
// their client has given up. The limit is 100 ms.
func BenchmarkCancel(b *testing.B) {
	w, s, _ := benchWorld(b)
	var worst time.Duration
	var took []time.Duration
	for b.Loop() {
		for _, text := range []string{
			"SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3",
			"SELECT sum(x.quantity * y.quantity) FROM pd_cost x JOIN pd_cost y USING (ingredient)",
			"SELECT cost_id, row_number() OVER (PARTITION BY unit ORDER BY amount, cost_id) FROM (SELECT a.* FROM pd_cost a, range(20))",
			"SELECT DISTINCT a.cost_id || b.range FROM pd_cost a, range(20) b ORDER BY 1 DESC",
			"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
			"SELECT * FROM pd_cost a, pd_cost b",
		} {
			ctx, cancel := context.WithCancel(context.Background())
			var gaveUp time.Time
			timer := time.AfterFunc(300*time.Millisecond, func() { gaveUp = time.Now(); cancel() })
			r, err := s.Query(ctx, text)
			for err == nil {
				var batch arrow.RecordBatch
				if batch, err = r.Next(); err == nil {
					batch.Release()
				}
			}
			if timer.Stop() || policy.CodeOf(err) != policy.Canceled {
				w.t.Fatalf("%s: %v", text, err)
			}
			took = append(took, time.Since(gaveUp))
			worst = max(worst, took[len(took)-1])
			if r != nil {
				r.Close()
			}
		}
	}
	b.ReportMetric(float64(median(took).Microseconds())/1000, "median-ms")
	b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
}
