package flight_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/weir-warehouse/weir/etl"
	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/audit"
	"github.com/weir-warehouse/weir/sql/doors/doortest"
	door "github.com/weir-warehouse/weir/sql/doors/flight"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
)

// door is a served door over the small warehouse.
type served struct {
	*doortest.Doors

	t      testing.TB
	addr   string
	server *door.Server
}

// serve starts a door on a free port of the loopback.
func serve(t testing.TB, change ...func(*door.Config)) *served {
	t.Helper()
	d := &served{Doors: doortest.New(t), t: t}
	c := door.Config{Desk: d.Desk, Program: "test", Now: gatewaytest.Now, Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&c)
	}
	var err error
	d.server, err = door.New(c)
	d.must(err)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	d.must(err)
	d.addr = l.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- d.server.Serve(context.Background(), l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = d.server.Shutdown(ctx)
		d.must(<-ended)
	})
	return d
}

func (d *served) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// in is the same door for another test.
func (d *served) in(t testing.TB) *served {
	t.Helper()
	other := *d
	other.t = t
	return &other
}

// TestDoor runs the tests that leave the warehouse as it was.
func TestDoor(t *testing.T) {
	t.Parallel()
	d := serve(t)
	for name, test := range map[string]func(*testing.T, *served){
		"adbc":                 testADBC,
		"python":               testPython,
		"jdbc":                 testJDBC,
		"adbc errors":          testADBCErrors,
		"adbc cancel":          testADBCCancel,
		"adbc session options": testADBCSessionOptions,
		"statement":            testStatement,
		"errors":               testErrors,
		"notes and audit i d come with the answer": testNotesAndAuditIDComeWithTheAnswer,
		"updates are refused with a sentence":      testUpdatesAreRefusedWithASentence,
		"parameters":                               testParameters,
		"parameters that do not fit":               testParametersThatDoNotFit,
		"prepared statement":                       testPreparedStatement,
		"large buffers are refused":                testLargeBuffersAreRefused,
		"metadata":                                 testMetadata,
		"tables with schema":                       testTablesWithSchema,
		"sql info":                                 testSQLInfo,
		"session options":                          testSessionOptions,
		"session by cookie":                        testSessionByCookie,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, d.in(t))
		})
	}
}

// publish loads files and publishes what comes of it.
func (d *served) publish(paths ...string) {
	d.t.Helper()
	catalog, err := contract.Embedded()
	d.must(err)
	loader := &etl.Loader{Home: d.Home, Catalog: catalog, Engine: duck.Options{Threads: 1}, RemovalLimit: 0.1, Program: "test", Now: gatewaytest.Now}
	report, err := loader.Load(d.t.Context(), paths, etl.Options{})
	d.must(err)
	for _, o := range report.Outcomes {
		if o.Status != etl.StatusLoaded || o.Quarantined > 0 {
			d.t.Fatalf("%s: %+v", o.File, o)
		}
	}
	_, _, err = loader.Publish(d.t.Context())
	d.must(err)
}

// write makes a file.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// client connects arrow-go's client.
func (d *served) client(options ...grpc.DialOption) *flightsql.Client {
	d.t.Helper()
	if len(options) == 0 {
		options = append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))
	}
	c, err := flightsql.NewClient(d.addr, nil, nil, options...)
	d.must(err)
	d.t.Cleanup(func() { _ = c.Close() })
	return c
}

// as is a context that shows a role's token, with more headers.
func (d *served) as(role policy.Role, headers ...string) context.Context {
	return metadata.AppendToOutgoingContext(d.t.Context(), append([]string{"authorization", "Bearer " + d.Secret(role)}, headers...)...)
}

// answer is a whole answer, as text.
type answer struct {
	schema *arrow.Schema
	rows   []string
}

// fetch reads the answer that an info describes.
func fetch(ctx context.Context, c *flightsql.Client, info *flight.FlightInfo) (answer, error) {
	r, err := c.DoGet(ctx, info.GetEndpoint()[0].GetTicket())
	if err != nil {
		return answer{}, err
	}
	defer r.Release()
	a := answer{schema: r.Schema()}
	for r.Next() {
		a.rows = append(a.rows, lines(r.RecordBatch())...)
	}
	if err := r.Err(); err != nil && !errors.Is(err, io.EOF) {
		return a, err
	}
	return a, nil
}

func lines(batch arrow.RecordBatch) []string {
	out := make([]string, batch.NumRows())
	for i := range out {
		cells := make([]string, batch.NumCols())
		for k, col := range batch.Columns() {
			cells[k] = col.ValueStr(i)
		}
		out[i] = strings.Join(cells, "|")
	}
	return out
}

// query asks for a statement and reads its answer.
func query(ctx context.Context, c *flightsql.Client, text string) (answer, error) {
	info, err := c.Execute(ctx, text)
	if err != nil {
		return answer{}, err
	}
	return fetch(ctx, c, info)
}

func expect(t *testing.T, a answer, err error, rows ...string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(a.rows, "\n"), strings.Join(rows, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// entries reads the audit log.
func (d *served) entries() []audit.Entry {
	d.t.Helper()
	d.must(d.Log.Publish(context.Background()))
	var out []audit.Entry
	for record, err := range d.Reader.All(context.Background()) {
		d.must(err)
		e, err := record.Entry()
		d.must(err)
		out = append(out, e)
	}
	return out
}

func (d *served) decisions() []audit.Entry {
	return slices.DeleteFunc(d.entries(), func(e audit.Entry) bool { return e.Kind != audit.KindDecision })
}

// newWriter writes parameters for a prepared statement as a client would.
func (d *served) writer(stream flight.DataStreamWriter, schema *arrow.Schema, handle []byte, options ...ipc.Option) *flight.Writer {
	w := flight.NewRecordWriter(stream, append(options, ipc.WithSchema(schema))...)
	var command anypb.Any
	d.must(command.MarshalFrom(&pb.CommandPreparedStatementQuery{PreparedStatementHandle: handle}))
	raw, err := proto.Marshal(&command)
	d.must(err)
	w.SetFlightDescriptor(&flight.FlightDescriptor{Type: flight.DescriptorCMD, Cmd: raw})
	return w
}
