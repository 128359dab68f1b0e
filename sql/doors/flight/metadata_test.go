package flight_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"google.golang.org/grpc"

	"github.com/weir-warehouse/weir/policy"
)

func testMetadata(t *testing.T, d *served) {
	t.Helper()
	c := d.client()
	ctx := d.as(policy.Evaluator)
	read := func(info *flight.FlightInfo, err error) []string {
		t.Helper()
		d.must(err)
		a, err := fetch(ctx, c, info)
		d.must(err)
		if promised, err := flight.DeserializeSchema(info.GetSchema(), nil); err != nil || !promised.Equal(a.schema) {
			t.Errorf("promised %v, sent %v", promised, a.schema)
		}
		return a.rows
	}
	equal := func(what string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	tables := func(o *flightsql.GetTablesOpts) []string { info, err := c.GetTables(ctx, o); return read(info, err) }
	info, err := c.GetCatalogs(ctx)
	equal("catalogs", read(info, err), "memory")
	info, err = c.GetDBSchemas(ctx, &flightsql.GetDBSchemasOpts{})
	equal("schemas", read(info, err), "memory|main")
	info, err = c.GetDBSchemas(ctx, &flightsql.GetDBSchemasOpts{Catalog: new("other")})
	equal("schemas of another catalogue", read(info, err))
	info, err = c.GetTableTypes(ctx)
	equal("types", read(info, err), "BASE TABLE")
	all := tables(&flightsql.GetTablesOpts{})
	if !slices.Contains(all, "memory|main|observation|BASE TABLE") || strings.Contains(strings.Join(all, " "), "coach") {
		t.Errorf("an evaluator sees %v", all)
	}
	equal("by pattern", tables(&flightsql.GetTablesOpts{TableNameFilterPattern: new("obs%n")}), "memory|main|observation|BASE TABLE")
	equal("an escaped pattern", tables(&flightsql.GetTablesOpts{TableNameFilterPattern: new(`obs\_rvation`)}))
	equal("by schema", tables(&flightsql.GetTablesOpts{DbSchemaFilterPattern: new("nothing")}))
	equal("views", tables(&flightsql.GetTablesOpts{TableTypes: []string{"VIEW"}}))
	equal("by type", tables(&flightsql.GetTablesOpts{TableTypes: []string{"VIEW", "BASE TABLE"}}), all...)
	equal("by another's name", tables(&flightsql.GetTablesOpts{TableNameFilterPattern: new("coaching_session")}))
	keys := func(ask func(context.Context, flightsql.TableRef, ...grpc.CallOption) (*flight.FlightInfo, error), of flightsql.TableRef) []string {
		info, err := ask(ctx, of)
		return read(info, err)
	}
	const toSchool = "memory|main|school|school_id|memory|main|teacher|school_id|1|teacher_school_id_fkey|school_pkey|3|3"
	equal("primary keys", keys(c.GetPrimaryKeys, flightsql.TableRef{Table: "observation"}), "memory|main|observation|observation_id|1|observation_pkey")
	equal("primary keys", keys(c.GetPrimaryKeys, flightsql.TableRef{Table: "observation_score", DBSchema: new("main")}),
		"memory|main|observation_score|observation_id|1|observation_score_pkey", "memory|main|observation_score|element|2|observation_score_pkey")
	equal("keys of another's", keys(c.GetPrimaryKeys, flightsql.TableRef{Table: "coaching_session"}))
	equal("keys elsewhere", keys(c.GetPrimaryKeys, flightsql.TableRef{Table: "observation", DBSchema: new("audit")}))
	equal("imported keys", keys(c.GetImportedKeys, flightsql.TableRef{Table: "teacher"}), toSchool)
	if got := keys(c.GetExportedKeys, flightsql.TableRef{Table: "school"}); !slices.Contains(got, toSchool) || strings.Contains(strings.Join(got, " "), "coach") {
		t.Errorf("exported keys: %v", got)
	}
	info, err = c.GetCrossReference(ctx, flightsql.TableRef{Table: "school"}, flightsql.TableRef{Table: "teacher"})
	equal("cross reference", read(info, err), toSchool)
	info, err = c.GetCrossReference(ctx, flightsql.TableRef{Table: "teacher"}, flightsql.TableRef{Table: "school"})
	equal("cross reference", read(info, err))
	info, err = c.GetXdbcTypeInfo(ctx, nil)
	if got := read(info, err); len(got) < 20 || !slices.IsSortedFunc(got[:1], strings.Compare) {
		t.Errorf("types: %v", got)
	}
	code := int32(91)
	info, err = c.GetXdbcTypeInfo(ctx, &code)
	if got := read(info, err); len(got) != 1 || !strings.HasPrefix(got[0], "DATE|91|10|'|'") {
		t.Errorf("type 91: %v", got)
	}
}

func testTablesWithSchema(t *testing.T, d *served) {
	t.Helper()
	c, ctx := d.client(), d.as(policy.DataSteward)
	info, err := c.GetTables(ctx, &flightsql.GetTablesOpts{IncludeSchema: true})
	d.must(err)
	r, err := c.DoGet(ctx, info.GetEndpoint()[0].GetTicket())
	d.must(err)
	defer r.Release()
	seen := 0
	for r.Next() {
		batch := r.RecordBatch()
		for i := range int(batch.NumRows()) {
			bytes, ok := batch.Column(4).(*array.Binary)
			if !ok {
				t.Fatalf("schemas are %T", batch.Column(4))
			}
			schema, err := flight.DeserializeSchema(bytes.Value(i), nil)
			d.must(err)
			seen++
			if batch.Column(2).ValueStr(i) != "school" {
				continue
			}
			a, err := query(ctx, c, "SELECT * FROM school")
			d.must(err)
			for k, f := range schema.Fields() {
				md := flightsql.ColumnMetadata{Data: &f.Metadata}
				table, _ := md.TableName()
				kind, _ := md.TypeName()
				remark, _ := f.Metadata.GetValue(flightsql.RemarksKey)
				if told := a.schema.Field(k); told.Name != f.Name || !arrow.TypeEqual(told.Type, f.Type) || table != "school" || kind == "" || remark == "" {
					t.Errorf("column %v, but %v comes", f, told)
				}
			}
		}
	}
	if r.Err() != nil || seen < 10 {
		t.Errorf("%d tables, %v", seen, r.Err())
	}
}

func testSQLInfo(t *testing.T, d *served) {
	t.Helper()
	c, ctx := d.client(), d.as(policy.Teacher)
	tell := func(ids ...flightsql.SqlInfo) map[string]string {
		info, err := c.GetSqlInfo(ctx, ids)
		d.must(err)
		a, err := fetch(ctx, c, info)
		d.must(err)
		out := map[string]string{}
		for _, row := range a.rows {
			id, value, _ := strings.Cut(row, "|")
			out[id] = value
		}
		return out
	}
	got := tell(flightsql.SqlInfoFlightSqlServerName, flightsql.SqlInfoFlightSqlServerVersion, flightsql.SqlInfoFlightSqlServerReadOnly,
		flightsql.SqlInfoFlightSqlServerCancel, flightsql.SqlInfoTransactionsSupported, flightsql.SqlInfoMaxStatementLen, flightsql.SqlInfo(9999))
	for id, want := range map[string]string{"0": `"Weir"`, "1": `"test"`, "3": "true", "9": "true"} {
		if !strings.Contains(got[id], want) {
			t.Errorf("info %s is %s, want %s", id, got[id], want)
		}
	}
	if len(got) != 6 {
		t.Errorf("told %v", got)
	}
	if all := tell(); len(all) < 50 {
		t.Errorf("told %d facts", len(all))
	}
	if none := tell(flightsql.SqlInfo(9999)); len(none) != 0 {
		t.Errorf("told %v of what is unknown", none)
	}
}
