// Package conformance_test holds all doors to one suite: whatever the door, a
// principal gets what the gateway gave, and no more.
package conformance_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/access"
	"github.com/weir-warehouse/weir/sql/doors/doortest"
	"github.com/weir-warehouse/weir/sql/doors/flight"
	httpdoor "github.com/weir-warehouse/weir/sql/doors/http"
	"github.com/weir-warehouse/weir/sql/doors/pgwire"
	"github.com/weir-warehouse/weir/sql/doors/pgwire/encode"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/gateway/gatewaytest"
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// transcript is everything that a principal gets for a statement.
type transcript struct {
	Columns []string // names, and types where the protocol has the engine's
	Rows    []string
	Notes   []string
	Code    policy.Code // empty: none, or the protocol has another
	Error   string
}

// client sends a statement, with texts for its parameters.
type client func(ctx context.Context, text string, params ...string) transcript

// door is a served door.
type door struct {
	name    string
	connect func(t *testing.T, role policy.Role) client
	text    bool // its values are texts, in PostgreSQL's form
}

// world is a warehouse with all doors open.
type world struct {
	*doortest.Doors

	desk  *access.Desk
	doors []door
}

func newWorld(t *testing.T) *world {
	t.Helper()
	d := doortest.New(t)
	return open(t, d, d.Desk, snapshot.In(d.Home.Dir))
}

// open serves all doors over a desk.
func open(t *testing.T, d *doortest.Doors, desk *access.Desk, snapshots snapshot.Store) *world {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	pg, err := pgwire.New(pgwire.Config{Desk: desk, Log: quiet})
	must(t, err)
	columns, err := flight.New(flight.Config{Desk: desk, Program: "test", Now: gatewaytest.Now, Log: quiet})
	must(t, err)
	engine, ok := d.Policy.(httpdoor.Policy)
	if !ok {
		t.Fatal("the fixture's policy explains nothing")
	}
	web, err := httpdoor.New(httpdoor.Config{
		Operations: httpdoor.Operations{Ready: func(context.Context) error { return nil }, Metrics: prometheus.NewRegistry()},
		Desk:       desk, Policy: engine, Snapshots: snapshots, Now: gatewaytest.Now, Log: quiet,
	})
	must(t, err)
	return &world{d, desk, []door{
		overPostgres(serve(t, pg), d), overFlight(serve(t, columns), d), overHTTP(serve(t, web), d),
	}}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type server interface {
	Serve(ctx context.Context, l net.Listener) error
	Shutdown(ctx context.Context) error
}

// serve returns the address of a served door.
func serve(t *testing.T, s server) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(context.Background(), l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = s.Shutdown(ctx)
		must(t, <-ended)
	})
	return l.Addr().String()
}

// session opens the gateway itself, as a door would.
func (w *world) session(t *testing.T, role policy.Role) client {
	t.Helper()
	return w.sessionAt(t, role, policy.HTTP, read)
}

// reader reads the batches of an answer to their end.
type reader func(schema *arrow.Schema, next func() (arrow.RecordBatch, error)) (transcript, error)

// sessionAt opens the gateway as a certain door would.
func (w *world) sessionAt(t *testing.T, role policy.Role, at policy.Door, read reader) client {
	t.Helper()
	c, err := w.desk.Bearer(t.Context(), "test", w.Secret(role))
	must(t, err)
	s, err := w.desk.Open(t.Context(), c, access.Wish{}, at)
	must(t, err)
	return func(ctx context.Context, text string, params ...string) transcript {
		inner, err := s.Current(ctx)
		if err != nil {
			return failed(policy.CodeOf(err), err.Error())
		}
		var given []gateway.Param
		for _, p := range params {
			given = append(given, gateway.Param{Value: p})
		}
		r, err := inner.Query(ctx, text, given...)
		if err != nil {
			return failed(policy.CodeOf(err), err.Error())
		}
		defer r.Close()
		out, err := read(r.Schema(), r.Next)
		if err != nil {
			return failed(policy.CodeOf(err), err.Error())
		}
		out.Notes = r.Notes
		return out
	}
}

// identifiers of log lines and decisions are random.
var identifier = regexp.MustCompile(`\b[0-9a-f]{32}\b`)

func failed(code policy.Code, text string) transcript {
	return transcript{Code: code, Error: identifier.ReplaceAllString(text, "ID")}
}

// readTexts reads batches as PostgreSQL's protocol has them: texts, under names
// without types.
func readTexts(schema *arrow.Schema, next func() (arrow.RecordBatch, error)) (transcript, error) {
	var out transcript
	columns := encode.Columns(schema)
	for _, c := range columns {
		out.Columns = append(out.Columns, c.Name)
	}
	rows := encode.NewRows(columns, make([]encode.Format, len(columns)))
	for {
		batch, err := next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		rows.Bind(batch)
		for i := range int(batch.NumRows()) {
			var message pgproto3.DataRow
			if err := message.Decode(rows.Tuple(nil, i)); err != nil {
				return out, err
			}
			out.Rows = append(out.Rows, cells(message.Values))
		}
		batch.Release()
	}
}

// read reads batches to their end.
func read(schema *arrow.Schema, next func() (arrow.RecordBatch, error)) (transcript, error) {
	var out transcript
	for _, f := range schema.Fields() {
		kind, _ := f.Metadata.GetValue("duckdb_type")
		if e, ok := f.Type.(arrow.ExtensionType); ok {
			f.Type = e.StorageType() // readers know extensions that the engine only names
		}
		out.Columns = append(out.Columns, f.Name+" "+f.Type.String()+" "+kind)
	}
	for {
		batch, err := next()
		if err == io.EOF { //nolint:errorlint // as readers give it
			return out, nil
		}
		if err != nil {
			return out, err
		}
		for i := range int(batch.NumRows()) {
			cells := make([]string, batch.NumCols())
			for k, column := range batch.Columns() {
				if e, ok := column.(array.ExtensionArray); ok {
					column = e.Storage() // which can always be written
				}
				cells[k] = column.ValueStr(i)
			}
			out.Rows = append(out.Rows, strings.Clone(strings.Join(cells, "|"))) // the batch's memory is the engine's
		}
		batch.Release()
	}
}

func (a *transcript) equal(b *transcript) bool {
	return slices.Equal(a.Columns, b.Columns) && slices.Equal(a.Rows, b.Rows) && slices.Equal(a.Notes, b.Notes) && a.Code == b.Code && a.Error == b.Error
}
