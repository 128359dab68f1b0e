package flight_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-adbc/go/adbc"
	"github.com/apache/arrow-adbc/go/adbc/driver/flightsql"
	"github.com/apache/arrow-adbc/go/adbc/validation"
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/stretchr/testify/suite"

	"github.com/weir-warehouse/weir/policy"
)

// quirks tells ADBC's own validation suite what the door can do.
type quirks struct{ *served }

func (q quirks) SetupDriver(*testing.T) adbc.Driver {
	return flightsql.NewDriver(memory.DefaultAllocator)
}
func (q quirks) TearDownDriver(*testing.T, adbc.Driver)                              {}
func (q quirks) BindParameter(int) string                                            { return "?" }
func (q quirks) SupportsBulkIngest(string) bool                                      { return false }
func (q quirks) SupportsConcurrentStatements() bool                                  { return true }
func (q quirks) SupportsCurrentCatalogSchema() bool                                  { return false }
func (q quirks) SupportsGetSetOptions() bool                                         { return true }
func (q quirks) SupportsExecuteSchema() bool                                         { return true }
func (q quirks) SupportsPartitionedData() bool                                       { return true }
func (q quirks) SupportsStatistics() bool                                            { return false }
func (q quirks) SupportsTransactions() bool                                          { return false }
func (q quirks) SupportsGetParameterSchema() bool                                    { return true }
func (q quirks) SupportsDynamicParameterBinding() bool                               { return true }
func (q quirks) SupportsErrorIngestIncompatibleSchema() bool                         { return false }
func (q quirks) CreateSampleTable(string, arrow.RecordBatch) error                   { return errors.New("read-only") }
func (q quirks) DropTable(adbc.Connection, string) error                             { return errors.New("read-only") }
func (q quirks) Catalog() string                                                     { return "memory" }
func (q quirks) DBSchema() string                                                    { return "main" }
func (q quirks) Alloc() memory.Allocator                                             { return memory.DefaultAllocator }
func (q quirks) SampleTableSchemaMetadata(string, arrow.DataType) (m arrow.Metadata) { return m }

func (q quirks) DatabaseOptions() map[string]string {
	return map[string]string{
		adbc.OptionKeyURI: "grpc://" + q.addr, adbc.OptionKeyUsername: string(policy.DataSteward), adbc.OptionKeyPassword: q.Secret(policy.DataSteward),
	}
}

func (q quirks) GetMetadata(code adbc.InfoCode) any {
	switch code { //nolint:exhaustive // the suite asks for these
	case adbc.InfoDriverName:
		return "ADBC Flight SQL Driver - Go"
	case adbc.InfoDriverVersion, adbc.InfoDriverArrowVersion:
		return "(unknown or development build)"
	case adbc.InfoDriverADBCVersion:
		return adbc.AdbcVersion1_1_0
	case adbc.InfoVendorName:
		return "Weir"
	case adbc.InfoVendorVersion:
		return "test"
	case adbc.InfoVendorArrowVersion:
		return arrow.PkgVersion
	}
	return nil
}

// TestADBCValidation runs ADBC's validation suite, but for the tests that make
// tables: nothing is written through a door.
func TestADBCValidation(t *testing.T) {
	t.Parallel()
	q := quirks{serve(t)}
	suite.Run(t, &validation.DatabaseTests{Quirks: q})
	connection, statement := &validation.ConnectionTests{Quirks: q}, &validation.StatementTests{Quirks: q}
	for _, one := range []struct {
		suite interface {
			suite.TestingSuite
			SetupTest()
			TearDownTest()
		}
		tests []func()
	}{
		{connection, []func(){
			connection.TestGetSetOptions, connection.TestNewConn, connection.TestCloseConnTwice, connection.TestConcurrent,
			connection.TestAutocommitDefault, connection.TestAutocommitToggle, connection.TestMetadataCurrentCatalog,
			connection.TestMetadataCurrentDbSchema, connection.TestMetadataGetInfo, connection.TestMetadataGetStatistics,
			connection.TestMetadataGetTableTypes,
		}},
		{statement, []func(){
			statement.TestNewStatement, statement.TestSqlExecuteSchema, statement.TestSqlPartitionedInts, statement.TestSQLPrepareGetParameterSchema,
			statement.TestSQLPrepareSelectParams, statement.TestSQLPrepareSelectNoParams, statement.TestSqlPrepareErrorParamCountMismatch,
		}},
	} {
		one.suite.SetT(t)
		one.suite.SetS(one.suite)
		for _, test := range one.tests {
			one.suite.SetupTest()
			test()
			one.suite.TearDownTest()
		}
	}
}

// connect opens an ADBC connection.
func (d *served) connect(options map[string]string) adbc.Connection {
	d.t.Helper()
	options[adbc.OptionKeyURI] = "grpc://" + d.addr
	db, err := flightsql.NewDriver(memory.DefaultAllocator).NewDatabase(options)
	d.must(err)
	c, err := db.Open(d.t.Context())
	d.must(err)
	d.t.Cleanup(func() { _ = c.Close(); _ = db.Close() })
	return c
}

func bearer(secret string) map[string]string {
	return map[string]string{flightsql.OptionAuthorizationHeader: "Bearer " + secret}
}

func testADBC(t *testing.T, d *served) {
	t.Helper()
	c := d.connect(bearer(d.Secret(policy.Researcher)))
	statement, err := c.NewStatement()
	d.must(err)
	defer statement.Close() //nolint:errcheck // test
	d.must(statement.SetSqlQuery("SELECT survey, relevance FROM survey_response ORDER BY 2"))
	r, _, err := statement.ExecuteQuery(t.Context())
	d.must(err)
	defer r.Release()
	md := r.Schema().Metadata()
	if notes, _ := md.GetValue("weir.notes"); !strings.Contains(notes, "masked") {
		t.Errorf("notes %q", notes)
	}
	var rows []string
	for r.Next() {
		rows = append(rows, lines(r.RecordBatch())...)
	}
	if r.Err() != nil || len(rows) != 2 {
		t.Errorf("%v, %v", rows, r.Err())
	}
	schema, err := c.GetTableSchema(t.Context(), nil, nil, "survey_response")
	d.must(err)
	if len(schema.FieldIndices("relevance")) != 1 {
		t.Errorf("columns %v", schema)
	}
	objects, err := c.GetObjects(t.Context(), adbc.ObjectDepthColumns, nil, nil, new("survey%"), nil, nil)
	d.must(err)
	defer objects.Release()
	if !objects.Next() || !strings.Contains(objects.RecordBatch().Column(1).(*array.List).ValueStr(0), `"relevance"`) { //nolint:forcetypeassert,errcheck // test
		t.Errorf("objects %v", objects.Err())
	}
}

// testADBCErrors asserts that an error is the call's own, and does not wait in
// the stream, and what of Weir's code a caller sees.
func testADBCErrors(t *testing.T, d *served) {
	t.Helper()
	c := d.connect(bearer(d.Secret(policy.Evaluator)))
	statement, err := c.NewStatement()
	d.must(err)
	defer statement.Close() //nolint:errcheck // test
	d.must(statement.SetSqlQuery("SELECT * FROM coaching_session"))
	_, _, err = statement.ExecuteQuery(t.Context())
	e, ok := errors.AsType[adbc.Error](err)
	if !ok || e.Code != adbc.StatusNotFound || !strings.Contains(e.Msg, "does not exist, or you may not read it") || len(e.Details) == 0 {
		t.Errorf("%+v", err)
	}
}

func testADBCCancel(t *testing.T, d *served) {
	t.Helper()
	c := d.connect(bearer(d.Secret(policy.DataSteward)))
	statement, err := c.NewStatement()
	d.must(err)
	defer statement.Close() //nolint:errcheck // test
	d.must(statement.SetSqlQuery(endless))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, _, err = statement.ExecuteQuery(ctx); err == nil {
		t.Error("an endless statement ended")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("ended after %s", took)
	}
}

// testADBCSessionOptions sets the purpose as a session option, in a session
// that a handshake began.
func testADBCSessionOptions(t *testing.T, d *served) {
	t.Helper()
	c := d.connect(map[string]string{adbc.OptionKeyUsername: "coach", adbc.OptionKeyPassword: d.Secret(policy.Coach)})
	o, ok := c.(adbc.GetSetOptions)
	if !ok {
		t.Fatal("no options")
	}
	d.must(o.SetOption(flightsql.OptionSessionOptionPrefix+"purpose", "coaching"))
	if got, err := o.GetOption(flightsql.OptionSessionOptionPrefix + "purpose"); err != nil || got != "coaching" {
		t.Errorf("purpose %q, %v", got, err)
	}
	if err := o.SetOption(flightsql.OptionSessionOptionPrefix+"purpose", "research"); err == nil {
		t.Error("a token for coaching asked for research")
	}
}
