package pgwire_test

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	_ "github.com/lib/pq"

	"github.com/weir-warehouse/weir/policy"
)

// TestParameters sends values of Go's types as pgx does, in binary where it
// can, and in text, and asserts that they come back as they went.
func TestParameters(t *testing.T) {
	t.Parallel()
	d := open(t)
	at := time.Date(1969, 12, 31, 23, 59, 59, 250_000_000, time.UTC)
	uuid := pgtype.UUID{Bytes: [16]byte{1, 2, 3, 15: 255}, Valid: true}
	for _, mode := range []string{"", "&default_query_exec_mode=describe_exec", "&default_query_exec_mode=exec"} {
		c := d.connect(t, policy.DataSteward, mode)
		for _, tt := range []struct {
			kind  string
			value any
			want  string
		}{
			{"BOOLEAN", true, "true"},
			{"SMALLINT", int16(-5), "-5"},
			{"INTEGER", int32(math.MinInt32), "-2147483648"},
			{"BIGINT", int64(math.MaxInt64), "9223372036854775807"},
			{"DOUBLE", 0.1, "0.1"},
			{"DOUBLE", math.Inf(-1), "-inf"},
			{"DECIMAL(20,4)", "-12345.6789", "-12345.6789"},
			{"HUGEINT", "170141183460469231731687303715884105727", "170141183460469231731687303715884105727"},
			{"VARCHAR", "it's \"é\" \\ $1", "it's \"é\" \\ $1"},
			{"VARCHAR", "", ""},
			{"VARCHAR", nil, "NULL"},
			{"BLOB", []byte{0, 'a', 255}, `\x00a\xFF`},
			{"DATE", pgtype.Date{Time: at, Valid: true}, "1969-12-31"},
			{"DATE", pgtype.Date{InfinityModifier: pgtype.NegativeInfinity, Valid: true}, "-infinity"},
			{"TIMESTAMP", pgtype.Timestamp{Time: at, Valid: true}, "1969-12-31 23:59:59.25"},
			{"TIMESTAMP", pgtype.Timestamp{InfinityModifier: pgtype.Infinity, Valid: true}, "infinity"},
			{"TIMESTAMPTZ", at, "1969-12-31 23:59:59.25+00"},
			{"TIME", pgtype.Time{Microseconds: 3_600_000_001, Valid: true}, "01:00:00.000001"},
			{"INTERVAL", pgtype.Interval{Months: 14, Days: -3, Microseconds: 1_500_000, Valid: true}, "1 year 2 months -3 days 00:00:01.5"},
			{"UUID", uuid, "01020300-0000-0000-0000-0000000000ff"},
			{"JSON", `{"a": 1}`, `{"a": 1}`},
			{"INTEGER[]", []int32{1, 2}, "[1, 2]"},
			{"VARCHAR[]", []string{"a b", `"`, "", "null", "c,d"}, `[a b, '"', '', 'null', 'c,d']`},
			{"VARCHAR[]", []*string{nil}, "[NULL]"},
			{"DOUBLE[]", []float64{}, "[]"},
		} {
			var got *string
			err := c.QueryRow(context.Background(), fmt.Sprintf("SELECT CAST(CAST($1 AS %s) AS VARCHAR)", tt.kind), tt.value).Scan(&got)
			text := "NULL"
			if got != nil {
				text = *got
			}
			if err != nil || text != tt.want {
				t.Errorf("%s %v%s: got %q, want %q (%v)", tt.kind, tt.value, mode, text, tt.want, err)
			}
		}
	}
}

func number(digits, exponent int64) pgtype.Numeric {
	return pgtype.Numeric{Int: big.NewInt(digits), Exp: int32(exponent), Valid: true}
}

// TestBinaryParameters sends what pgx encodes in binary, declared as such.
func TestBinaryParameters(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.connect(t, policy.DataSteward, "")
	types := pgtype.NewMap()
	for _, tt := range []struct {
		oid   uint32
		value any
		want  string
	}{
		{pgtype.BoolOID, true, "true"},
		{pgtype.Int2OID, -2, "-2"},
		{pgtype.Int4OID, -4, "-4"},
		{pgtype.Int8OID, math.MinInt64, "-9223372036854775808"},
		{pgtype.Float4OID, float32(0.5), "0.5"},
		{pgtype.Float8OID, 1e300, "1e+300"},
		{pgtype.NumericOID, number(-12345670089, -4), "-1234567.0089000000"},
		{pgtype.NumericOID, number(1, -10), "0.0000000001"},
		{pgtype.NumericOID, number(1, 8), "100000000.0000000000"},
		{pgtype.TextOID, "x", "x"},
		{pgtype.VarcharOID, "x", "x"},
		{pgtype.ByteaOID, []byte{1}, `\x01`},
		{pgtype.DateOID, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), "2024-02-29"},
		{pgtype.TimestampOID, time.Date(2024, 2, 29, 1, 2, 3, 4000, time.UTC), "2024-02-29 01:02:03.000004"},
		{pgtype.TimestamptzOID, time.Date(1999, 2, 28, 1, 2, 3, 0, time.UTC), "1999-02-28 01:02:03+00"},
		{pgtype.IntervalOID, time.Hour, "01:00:00"},
		{pgtype.TimeOID, pgtype.Time{Microseconds: 1, Valid: true}, "00:00:00.000001"},
		{pgtype.UUIDOID, [16]byte{15: 1}, "00000000-0000-0000-0000-000000000001"},
		{pgtype.JSONOID, map[string]int{"a": 1}, `{"a":1}`},
		{pgtype.JSONBOID, map[string]int{"a": 1}, `{"a":1}`},
		{pgtype.Int8ArrayOID, []int64{1, -1}, "[1, -1]"},
		{pgtype.TextArrayOID, []string{`a"b\`, ""}, `['a"b\\', '']`},
		{pgtype.DateArrayOID, []time.Time{time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}, "[2024-01-01]"},
	} {
		value, err := types.Encode(tt.oid, pgtype.BinaryFormatCode, tt.value, nil)
		if err != nil {
			t.Fatal(err)
		}
		r := c.PgConn().ExecParams(context.Background(), "SELECT CAST($1 AS VARCHAR)", [][]byte{value}, []uint32{tt.oid}, []int16{1}, nil).Read()
		if r.Err != nil || string(r.Rows[0][0]) != tt.want {
			t.Errorf("%d %v: got %q, want %q (%v)", tt.oid, tt.value, r.Rows, tt.want, r.Err)
		}
		if r := c.PgConn().ExecParams(context.Background(), "SELECT CAST($1 AS VARCHAR)", [][]byte{{1, 2, 3}}, []uint32{tt.oid}, []int16{1}, nil).Read(); r.Err == nil {
			switch tt.oid {
			case pgtype.TextOID, pgtype.VarcharOID, pgtype.ByteaOID, pgtype.JSONOID: // three bytes are fine there
			default:
				t.Errorf("%d: three bytes were taken", tt.oid)
			}
		}
	}
}

// TestBatch sends many statements before it reads any answer.
func TestBatch(t *testing.T) {
	t.Parallel()
	d := open(t)
	c := d.connect(t, policy.DataSteward, "")
	var batch pgx.Batch
	const n = 500
	for i := range n {
		batch.Queue("SELECT $1::BIGINT, name FROM school ORDER BY school_id", i)
	}
	results := c.SendBatch(context.Background(), &batch)
	for i := range n {
		var got int
		var name string
		if err := results.QueryRow().Scan(&got, &name); err != nil || got != i || name != "Elm" {
			t.Fatalf("%d: %d %s %v", i, got, name, err)
		}
	}
	if err := results.Close(); err != nil {
		t.Error(err)
	}
	batch = pgx.Batch{}
	batch.Queue("SELECT 1")
	batch.Queue("SELECT * FROM nope")
	batch.Queue("SELECT 2")
	if err := c.SendBatch(context.Background(), &batch).Close(); codeOf(err) != "42P01" {
		t.Errorf("got %v", err)
	}
	if err := c.Ping(context.Background()); err != nil {
		t.Error(err)
	}
}

// TestLibPQ uses lib/pq as programs do.
func TestLibPQ(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, more := range []string{"", "&binary_parameters=yes"} {
		db, err := sql.Open("postgres", d.url(policy.DataSteward, more))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close() //nolint:errcheck // test
		ctx := context.Background()
		if err := db.PingContext(ctx); err != nil {
			t.Fatal(err)
		}
		tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
		if err != nil {
			t.Fatal(err)
		}
		var n int
		var at time.Time
		var price float64
		err = tx.QueryRowContext(ctx, "SELECT count(*), TIMESTAMP '2024-01-02 03:04:05', 1.5::DECIMAL(5,2) FROM school WHERE name = $1 OR school_id = ANY($2)", "Elm", "{s2}").Scan(&n, &at, &price)
		if err != nil || n != 2 || at.Minute() != 4 || price < 1 {
			t.Errorf("%q: %d %v %v %v", more, n, at, price, err)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO school VALUES (1)"); err == nil {
			t.Error("a write was taken")
		}
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
		countUp(t, db)
	}
}

// countUp reads rows as they come.
func countUp(t *testing.T, db *sql.DB) {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), "SELECT range, range::VARCHAR FROM range(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // test
	for want := 0; rows.Next(); want++ {
		var n int
		var text string
		if err := rows.Scan(&n, &text); err != nil || n != want {
			t.Fatalf("row %d: %d %v", want, n, err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Error(err)
	}
}
