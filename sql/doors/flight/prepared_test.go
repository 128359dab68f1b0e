package flight_test

import (
	"context"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc/codes"

	"github.com/weir-warehouse/weir/policy"
)

type column struct {
	kind arrow.DataType
	json string
}

// parameters makes a batch of parameters, each column from JSON.
func parameters(t testing.TB, columns ...column) arrow.RecordBatch {
	t.Helper()
	var fields []arrow.Field
	var arrays []arrow.Array
	for _, c := range columns {
		a, _, err := array.FromJSON(memory.DefaultAllocator, c.kind, strings.NewReader(c.json))
		if err != nil {
			t.Fatal(err)
		}
		fields, arrays = append(fields, arrow.Field{Name: "p", Type: c.kind, Nullable: true}), append(arrays, a)
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), arrays, int64(arrays[0].Len()))
}

// execute binds parameters and reads the answer.
func execute(ctx context.Context, c *flightsql.Client, text string, batch arrow.RecordBatch) (answer, error) {
	p, err := c.Prepare(ctx, text)
	if err != nil {
		return answer{}, err
	}
	defer p.Close(ctx) //nolint:errcheck // test
	if batch != nil {
		p.SetParameters(batch)
	}
	info, err := p.Execute(ctx)
	if err != nil {
		return answer{}, err
	}
	return fetch(ctx, c, info)
}

func testParameters(t *testing.T, d *served) {
	t.Helper()
	c, ctx := d.client(), d.as(policy.DataSteward)
	str, i64 := arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64
	tests := []struct {
		text  string
		batch arrow.RecordBatch
		want  []string
	}{
		{"SELECT name FROM school WHERE school_id = ?", parameters(t, column{str, `["s1"]`}), []string{"Elm"}},
		{"SELECT name FROM school WHERE school_id = $1", parameters(t, column{str, `["s2", "none", "s1"]`}), []string{"Oak", "Elm"}},
		{"SELECT $1 + 1", parameters(t, column{i64, `[41, null]`}), []string{"42", "(null)"}},
		{"SELECT $1, $2", parameters(t, column{i64, `[7]`}, column{str, `["it's; DROP TABLE school --"]`}), []string{"7|it's; DROP TABLE school --"}},
		{"SELECT typeof($1)", parameters(t, column{arrow.FixedWidthTypes.Date32, `["2026-03-02"]`}), []string{"DATE"}},
		{"SELECT $1::TIMESTAMP", parameters(t, column{&arrow.TimestampType{Unit: arrow.Microsecond}, `["2026-03-02 10:11:12.000013"]`}), []string{"2026-03-02T10:11:12.000013"}},
		{"SELECT hex($1::BLOB)", parameters(t, column{arrow.BinaryTypes.Binary, `["AP8iXA=="]`}), []string{"00FF225C"}},
		{"SELECT $1::DOUBLE, isnan($2::DOUBLE), isinf($3::DOUBLE)", parameters(t, column{arrow.PrimitiveTypes.Float64, `[0.1]`}, column{arrow.PrimitiveTypes.Float64, `["NaN"]`}, column{arrow.PrimitiveTypes.Float64, `["-Inf"]`}), []string{"0.1|true|true"}},
		{"SELECT $1", parameters(t, column{&arrow.Decimal128Type{Precision: 10, Scale: 2}, `["1234.50"]`}), []string{"1234.5"}},
		{"SELECT $1::UBIGINT", parameters(t, column{arrow.PrimitiveTypes.Uint64, `[18446744073709551615]`}), []string{"18446744073709551615"}},
		{"SELECT NOT $1", parameters(t, column{arrow.FixedWidthTypes.Boolean, `[true, false, null]`}), []string{"false", "true", "(null)"}},
		{"SELECT 1", nil, []string{"1"}},
	}
	for _, tt := range tests {
		a, err := execute(ctx, c, tt.text, tt.batch)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got := strings.Join(a.rows, "\n"); got != strings.Join(tt.want, "\n") {
			t.Errorf("%s: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

func testParametersThatDoNotFit(t *testing.T, d *served) {
	t.Helper()
	c, ctx := d.client(), d.as(policy.DataSteward)
	many := "[" + strings.TrimSuffix(strings.Repeat(`"s1",`, 2000), ",") + "]"
	big := `["` + strings.Repeat("x", 2<<20) + `"]`
	str := arrow.BinaryTypes.String
	for name, batch := range map[string]arrow.RecordBatch{
		"none":      nil,
		"too many":  parameters(t, column{str, `["s1"]`}, column{str, `["s1"]`}),
		"many rows": parameters(t, column{str, many}),
		"large":     parameters(t, column{str, big}),
		"a list":    parameters(t, column{arrow.ListOf(arrow.PrimitiveTypes.Int64), `[[1]]`}),
		"a number":  parameters(t, column{arrow.PrimitiveTypes.Int64, `[1]`}),
	} {
		_, err := execute(ctx, c, "SELECT name FROM school WHERE school_id = ?", batch)
		if code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func testPreparedStatement(t *testing.T, d *served) {
	t.Helper()
	c, ctx := d.client(), d.as(policy.DataSteward)
	p, err := c.Prepare(ctx, "SELECT school_id, name FROM school WHERE school_id = ? AND length(name) > ?")
	d.must(err)
	if got := p.ParameterSchema(); got.NumFields() != 2 || got.Field(0).Type.ID() != arrow.STRING || got.Field(1).Type.ID() != arrow.INT64 {
		t.Errorf("parameters are %v", got)
	}
	if got := p.DatasetSchema(); got.NumFields() != 2 || got.Field(1).Name != "name" {
		t.Errorf("columns are %v", got)
	}
	schema, err := p.GetSchema(ctx)
	d.must(err)
	if len(schema.GetSchema()) == 0 {
		t.Error("no schema")
	}
	p.SetParameters(parameters(t, column{arrow.BinaryTypes.String, `["s1"]`}, column{arrow.PrimitiveTypes.Int64, `[1]`}))
	if _, err := p.Execute(d.as(policy.Coach)); code(err) != codes.NotFound {
		t.Errorf("another's statement: %v", err)
	}
	if _, err := p.ExecuteUpdate(ctx); code(err) != codes.InvalidArgument {
		t.Errorf("as an update: %v", err)
	}
	d.must(p.Close(ctx))
	if _, err := p.Execute(ctx); err == nil {
		t.Error("a closed statement runs")
	}
}

// testLargeBuffersAreRefused sends a small message that unpacks into a large
// buffer.
func testLargeBuffersAreRefused(t *testing.T, d *served) {
	t.Helper()
	c, ctx := d.client(), d.as(policy.DataSteward)
	p, err := c.Prepare(ctx, "SELECT length(?::VARCHAR)")
	d.must(err)
	batch := parameters(t, column{arrow.BinaryTypes.String, `["` + strings.Repeat("x", 16<<20) + `"]`})
	reader, err := array.NewRecordReader(batch.Schema(), []arrow.RecordBatch{batch})
	d.must(err)
	stream, err := c.Client.DoPut(ctx)
	d.must(err)
	w := d.writer(stream, batch.Schema(), p.Handle(), ipc.WithZstd())
	for reader.Next() {
		_ = w.Write(reader.RecordBatch())
	}
	_ = w.Close()
	_ = stream.CloseSend()
	if _, err := stream.Recv(); code(err) != codes.InvalidArgument {
		t.Errorf("%v", err)
	}
}
