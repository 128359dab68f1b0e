package flight_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
)

// Five million rows of six columns, of the kinds that results have, from the door
// and from database/sql over the same published file. Figures are ratios within
// one run, and client and server share the machine's cores.
const (
	wideRows = 5_000_000
	wideText = `SELECT price_year::BIGINT AS id, period_start::TIMESTAMP AS at, unit, amount, price_year::INTEGER AS year, quantity::DOUBLE AS quantity FROM %s`
)

// costs writes pd_cost in the contract's form, by the engine.
func costs(b *testing.B) string {
	b.Helper()
	db, err := duck.Open(b.Context(), duck.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // test
	path := b.TempDir() + "/pd_cost.parquet"
	_, err = db.SQL().ExecContext(b.Context(), fmt.Sprintf(`COPY (
		SELECT 'c' || i AS cost_id, 'p1' AS program_id, 'd1' AS district_id, DATE '2025-08-01' AS period_start, DATE '2026-06-30' AS period_end,
			'personnel' AS ingredient, (1 + i %% 7)::DECIMAL(14,3) AS quantity, 'unit ' || i %% 1000 AS unit, (1 + i %% 11)::DECIMAL(14,4) AS unit_price,
			((1 + i %% 7) * (1 + i %% 11))::DECIMAL(16,2) AS amount, 'USD' AS currency, 2026 AS price_year
		FROM range(%d) t(i)) TO %s (FORMAT parquet)`, wideRows, duck.Literal(path)))
	if err != nil {
		b.Fatal(err)
	}
	return path
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	return of[len(of)/2]
}

// fetchAll reads every batch and counts rows, as a client that hands columns on
// does.
func fetchAll(ctx context.Context, b *testing.B, c *flightsql.Client, text string) time.Duration {
	b.Helper()
	start := time.Now()
	info, err := c.Execute(ctx, text)
	if err != nil {
		b.Fatal(err)
	}
	r, err := c.DoGet(ctx, info.GetEndpoint()[0].GetTicket())
	if err != nil {
		b.Fatal(err)
	}
	defer r.Release()
	rows := int64(0)
	for r.Next() {
		rows += r.RecordBatch().NumRows()
	}
	if err := r.Err(); err != nil && !errors.Is(err, io.EOF) || rows != wideRows {
		b.Fatal(rows, err)
	}
	return time.Since(start)
}

// scanAll reads every row through database/sql.
func scanAll(b *testing.B, db *duck.DB, text string) time.Duration {
	b.Helper()
	start := time.Now()
	rows, err := db.SQL().QueryContext(b.Context(), text)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // read to its end
	var (
		id      int64
		at      time.Time
		section string
		amount  any
		grade   int32
		score   float64
		n       int
	)
	for rows.Next() {
		if err := rows.Scan(&id, &at, &section, &amount, &grade, &score); err != nil {
			b.Fatal(err)
		}
		n++
	}
	if rows.Err() != nil || n != wideRows {
		b.Fatal(n, rows.Err())
	}
	return time.Since(start)
}

func BenchmarkFetch(b *testing.B) {
	d := serve(b)
	d.publish(costs(b))
	c, ctx := d.client(), d.as(policy.DataSteward)
	db, err := duck.Open(b.Context(), duck.Options{Threads: 1, MemoryLimit: "4GB"})
	d.must(err)
	b.Cleanup(func() { d.must(db.Close()) })
	m, _, err := d.Snapshots.Current()
	d.must(err)
	d.must(duck.Attach(b.Context(), db.SQL(), d.Snapshots.Path(m.ID, "core.duckdb"), "core", duck.ReadOnly))
	for b.Loop() {
		var door, scan []time.Duration
		for range 3 {
			door = append(door, fetchAll(ctx, b, c, fmt.Sprintf(wideText, "pd_cost")))
			scan = append(scan, scanAll(b, db, fmt.Sprintf(wideText, "core.main.pd_cost")))
		}
		b.ReportMetric(float64(median(scan))/float64(median(door)), "×database/sql")
		b.ReportMetric(wideRows/median(door).Seconds()/1e6, "Mrows/s")
	}
}
