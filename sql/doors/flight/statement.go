package flight

import (
	"context"
	"errors"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
	"github.com/weir-warehouse/weir/sql/guard"
)

// ticket is a statement that waits for its reader. Nothing is decided, recorded
// or run until the reader comes.
type ticket struct {
	text string
	rows [][]gateway.Param // the statement runs once for each; none: once, without parameters

	mu     sync.Mutex
	used   bool
	cancel context.CancelFunc // of the run
}

// begin marks the ticket as used, by a run that cancel ends. It reports false
// if it was used before.
func (t *ticket) begin(cancel context.CancelFunc) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.used {
		return false
	}
	t.used, t.cancel = true, cancel
	return true
}

func (t *ticket) running() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cancel != nil
}

// stop ends the run, or keeps one from beginning.
func (t *ticket) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.used = true
	if t.cancel != nil {
		t.cancel()
	}
}

// issue lays a statement down and describes where to fetch its answer. The
// answer's columns are told with the answer: they are known for certain only
// when it is decided what the caller sees.
func (s *server) issue(v *visit, t *ticket, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	handle, err := s.tickets.put(v.owner, t)
	if err != nil {
		return nil, err
	}
	command, err := flightsql.CreateStatementQueryTicket([]byte(handle))
	if err != nil {
		return nil, err
	}
	info := located(d, command)
	info.Ordered = true
	info.Endpoint[0].ExpirationTime = timestamppb.New(s.tickets.now().Add(ticketLife))
	return info, nil
}

// located is the description of an answer that is fetched with a ticket, here.
func located(d *flight.FlightDescriptor, command []byte) *flight.FlightInfo {
	return &flight.FlightInfo{
		FlightDescriptor: d, TotalRecords: -1, TotalBytes: -1,
		Endpoint: []*flight.FlightEndpoint{{Ticket: &flight.Ticket{Ticket: command}}},
	}
}

// GetFlightInfoStatement gives a ticket for a statement.
func (s *server) GetFlightInfoStatement(ctx context.Context, q flightsql.StatementQuery, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	v, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	if len(q.GetQuery()) > guard.MaxText {
		return nil, s.refuse(ctx, v, q.GetQuery()) // so that a ticket's memory is bounded
	}
	return s.issue(v, &ticket{text: q.GetQuery()}, d)
}

// refuse has the gateway judge, and record, a statement that the door does not
// take in this place.
func (s *server) refuse(ctx context.Context, v *visit, text string) error {
	r, err := v.Query(ctx, text)
	if err != nil {
		return err
	}
	r.Close()
	return errReads()
}

func errReads() error {
	return policy.Errorf(policy.Usage, "this statement reads; send it as a query, not as an update")
}

// DoGetStatement runs the statement of a ticket and streams its answer.
func (s *server) DoGetStatement(ctx context.Context, q flightsql.StatementQueryTicket) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	v, err := s.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	handle := string(q.GetStatementHandle())
	t, ok := s.tickets.get(v.owner, handle)
	runs, cancel := context.WithCancel(ctx)
	if !ok || !t.begin(cancel) {
		cancel()
		return nil, nil, errNoTicket()
	}
	a := &answer{server: s, visit: v, text: t.text, rows: t.rows, done: func() { cancel(); s.tickets.drop(handle) }}
	return a.begin(ctx, runs)
}

func errNoTicket() error {
	return policy.Errorf(policy.NotFound, "no such ticket: it was used, it has expired, or it is another session's; ask for the statement again")
}

// GetSchemaStatement describes a statement's columns without running it.
func (s *server) GetSchemaStatement(ctx context.Context, q flightsql.StatementQuery, _ *flight.FlightDescriptor) (*flight.SchemaResult, error) {
	v, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	p, err := v.describe(ctx, q.GetQuery())
	if err != nil {
		return nil, err
	}
	return schemaResult(withNotes(p.Schema, p.Notes)), nil
}

// describe checks and describes a statement. A refusal is recorded like that of
// a statement that was sent to run.
func (v *visit) describe(ctx context.Context, text string) (*gateway.Prepared, error) {
	p, err := v.Prepare(ctx, text)
	if _, ok := errors.AsType[*guard.Refusal](err); ok {
		r, recorded := v.Query(ctx, text)
		if recorded != nil {
			return nil, recorded
		}
		r.Close() // what is allowed changed between the two; the first answer stands
	}
	return p, err
}

func schemaResult(s *arrow.Schema) *flight.SchemaResult {
	return &flight.SchemaResult{Schema: flight.SerializeSchema(s, memory.DefaultAllocator)}
}

// CancelFlightInfo ends the run of a ticket, or spoils it before it is used.
// The older action CancelQuery arrives here too.
func (s *server) CancelFlightInfo(ctx context.Context, request *flight.CancelFlightInfoRequest) (flight.CancelFlightInfoResult, error) {
	status, err := s.cancel(ctx, request.GetInfo().GetEndpoint())
	return flight.CancelFlightInfoResult{Status: status}, err
}

func (s *server) cancel(ctx context.Context, endpoints []*flight.FlightEndpoint) (flight.CancelStatus, error) {
	v, err := s.enter(ctx)
	if err != nil {
		return flight.CancelStatusUnspecified, err
	}
	status := flight.CancelStatusNotCancellable // what has no ticket has no run
	for _, e := range endpoints {
		t, ok := s.tickets.get(v.owner, handleOf(e.GetTicket().GetTicket()))
		if !ok {
			return flight.CancelStatusUnspecified, errNoTicket()
		}
		t.stop()
		status = flight.CancelStatusCancelled
	}
	return status, nil
}

// handleOf returns the handle in a ticket, or nothing if it is no ticket of a
// statement.
func handleOf(raw []byte) string {
	var command anypb.Any
	var inner pb.TicketStatementQuery
	if proto.Unmarshal(raw, &command) != nil || command.UnmarshalTo(&inner) != nil {
		return ""
	}
	return string(inner.GetStatementHandle())
}
