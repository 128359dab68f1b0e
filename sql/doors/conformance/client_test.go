package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/doortest"
)

// overPostgres speaks the simple protocol, or, with parameters, the extended
// one, in text.
func overPostgres(address string, d *doortest.Doors) door {
	return door{name: "pgwire", text: true, connect: func(t *testing.T, role policy.Role) client {
		t.Helper()
		var notes []string
		config, err := pgx.ParseConfig(fmt.Sprintf("postgres://%s:%s@%s/weir?sslmode=disable", role, d.Secret(role), address))
		must(t, err)
		config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { notes = append(notes, n.Message) }
		var c *pgx.Conn
		t.Cleanup(func() {
			if c != nil {
				_ = c.Close(context.Background())
			}
		})
		return func(ctx context.Context, text string, params ...string) transcript {
			if c == nil || c.IsClosed() {
				if c, err = pgx.ConnectConfig(ctx, config); err != nil {
					return failed("", err.Error())
				}
			}
			notes = nil
			values := make([][]byte, len(params))
			for i, p := range params {
				values[i] = []byte(p)
			}
			var out transcript
			if len(params) > 0 {
				err = out.add(c.PgConn().ExecParams(ctx, text, values, nil, nil, nil))
			} else {
				all := c.PgConn().Exec(ctx, text)
				for err = nil; err == nil && all.NextResult(); {
					err = out.add(all.ResultReader())
				}
				err = errors.Join(err, all.Close())
			}
			if err != nil {
				return ofPostgres(err)
			}
			out.Notes = notes
			return out
		}
	}}
}

// add reads the rows of one of a statement's results.
func (a *transcript) add(r *pgconn.ResultReader) error {
	for _, f := range r.FieldDescriptions() {
		a.Columns = append(a.Columns, f.Name)
	}
	for r.NextRow() {
		a.Rows = append(a.Rows, cells(r.Values()))
	}
	_, err := r.Close()
	return err
}

// cells are the values of a row.
func cells(values [][]byte) string {
	out := make([]string, len(values))
	for i, value := range values {
		if out[i] = string(value); value == nil {
			out[i] = array.NullValueStr
		}
	}
	return strings.Join(out, "|")
}

func ofPostgres(err error) transcript {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return failed("", err.Error())
	}
	if e.Hint != "" {
		return failed("", e.Message+"; "+e.Hint)
	}
	return failed("", e.Message)
}

// overFlight speaks Flight SQL.
func overFlight(address string, d *doortest.Doors) door {
	return door{name: "flight", connect: func(t *testing.T, role policy.Role) client {
		t.Helper()
		c, err := flightsql.NewClient(address, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
		must(t, err)
		t.Cleanup(func() { _ = c.Close() })
		return func(ctx context.Context, text string, params ...string) transcript {
			ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+d.Secret(role))
			info, err := askFlight(ctx, c, text, params)
			if err != nil {
				return ofFlight(err)
			}
			r, err := c.DoGet(ctx, info.GetEndpoint()[0].GetTicket())
			if err != nil {
				return ofFlight(err)
			}
			defer r.Release()
			out, err := read(r.Schema(), r.Read)
			if err != nil {
				return ofFlight(err)
			}
			md := r.Schema().Metadata()
			if notes, ok := md.GetValue("weir.notes"); ok {
				out.Notes = strings.Split(notes, "\n")
			}
			return out
		}
	}}
}

func askFlight(ctx context.Context, c *flightsql.Client, text string, params []string) (*flight.FlightInfo, error) {
	if len(params) == 0 {
		return c.Execute(ctx, text)
	}
	p, err := c.Prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	defer p.Close(ctx) //nolint:errcheck // the statement's own errors matter
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(textFields(len(params)), nil))
	defer b.Release()
	for i, text := range params {
		if err := b.Field(i).AppendValueFromString(text); err != nil {
			return nil, err
		}
	}
	p.SetParameters(b.NewRecordBatch())
	return p.Execute(ctx)
}

func textFields(n int) []arrow.Field {
	out := make([]arrow.Field, n)
	for i := range out {
		out[i] = arrow.Field{Name: strconv.Itoa(i + 1), Type: arrow.BinaryTypes.String, Nullable: true}
	}
	return out
}

func ofFlight(err error) transcript {
	s := status.Convert(err)
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return failed(policy.Code(info.GetReason()), s.Message())
		}
	}
	return failed("", s.String())
}

// overHTTP speaks HTTP, with answers as Arrow streams.
func overHTTP(address string, d *doortest.Doors) door {
	return door{name: "http", connect: func(t *testing.T, role policy.Role) client {
		t.Helper()
		c := &http.Client{Transport: &http.Transport{}}
		t.Cleanup(c.CloseIdleConnections)
		return func(ctx context.Context, text string, params ...string) transcript {
			body, err := json.Marshal(map[string]any{"statement": text, "parameters": append([]string{}, params...)})
			must(t, err)
			q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/v1/query", bytes.NewReader(body))
			must(t, err)
			q.Header.Set("Content-Type", "application/json")
			q.Header.Set("Accept", "application/vnd.apache.arrow.stream")
			q.Header.Set("Authorization", "Bearer "+d.Secret(role))
			a, err := c.Do(q)
			if err != nil {
				return failed("", err.Error())
			}
			defer a.Body.Close() //nolint:errcheck // test
			return ofHTTP(a)
		}
	}}
}

func ofHTTP(a *http.Response) transcript {
	body, err := io.ReadAll(a.Body)
	if err != nil {
		return failed("", err.Error())
	}
	if a.StatusCode != http.StatusOK {
		var problem struct {
			Detail string      `json:"detail"`
			Code   policy.Code `json:"code"`
		}
		if err := json.Unmarshal(body, &problem); err != nil {
			return failed("", err.Error())
		}
		return failed(problem.Code, problem.Detail)
	}
	r, err := ipc.NewReader(bytes.NewReader(body))
	if err != nil {
		return failed("", err.Error())
	}
	defer r.Release()
	out, err := read(r.Schema(), func() (arrow.RecordBatch, error) {
		batch, err := r.Read()
		if err == nil {
			batch.Retain()
		}
		return batch, err
	})
	if err != nil {
		return failed("", err.Error())
	}
	out.Notes = a.Header.Values("Weir-Note")
	return out
}
