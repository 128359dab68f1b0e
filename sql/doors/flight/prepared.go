package flight

import (
	"context"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// prepared is a statement for which a client will bind parameters. Only its
// text is kept: each run is checked again, for what the caller may see then.
type prepared struct {
	text   string
	kinds  []string // of the parameters, as the gateway found them
	schema *arrow.Schema

	mu   sync.Mutex
	rows [][]gateway.Param
}

func (p *prepared) bind(rows [][]gateway.Param) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows = rows
}

func (p *prepared) bound() [][]gateway.Param {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rows
}

// CreatePreparedStatement checks and describes a statement.
func (s *server) CreatePreparedStatement(ctx context.Context, q flightsql.ActionCreatePreparedStatementRequest) (result flightsql.ActionCreatePreparedStatementResult, err error) {
	v, err := s.enter(ctx)
	if err != nil {
		return result, err
	}
	d, err := v.describe(ctx, q.GetQuery())
	if err != nil {
		return result, err
	}
	p := &prepared{text: q.GetQuery(), kinds: d.Parameters, schema: withNotes(d.Schema, d.Notes)}
	handle, err := s.statements.put(v.owner, p)
	if err != nil {
		return result, err
	}
	update := false
	return flightsql.ActionCreatePreparedStatementResult{
		Handle: []byte(handle), DatasetSchema: p.schema, ParameterSchema: parameterSchema(d.Parameters), IsUpdate: &update,
	}, nil
}

// statement returns a prepared statement of the caller's.
func (s *server) statement(ctx context.Context, handle []byte) (*visit, *prepared, error) {
	v, err := s.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	p, ok := s.statements.get(v.owner, string(handle))
	if !ok {
		return nil, nil, policy.Errorf(policy.NotFound, "no such prepared statement: it was closed, it has expired, or it is another session's; prepare it again")
	}
	return v, p, nil
}

// ClosePreparedStatement forgets a statement.
func (s *server) ClosePreparedStatement(ctx context.Context, q flightsql.ActionClosePreparedStatementRequest) error {
	if _, _, err := s.statement(ctx, q.GetPreparedStatementHandle()); err != nil {
		return err
	}
	s.statements.drop(string(q.GetPreparedStatementHandle()))
	return nil
}

// DoPutPreparedStatementQuery binds rows of parameters: the statement will run
// once for each.
func (s *server) DoPutPreparedStatementQuery(ctx context.Context, q flightsql.PreparedStatementQuery, r flight.MessageReader, _ flight.MetadataWriter) ([]byte, error) {
	_, p, err := s.statement(ctx, q.GetPreparedStatementHandle())
	if err != nil {
		return nil, err
	}
	rows, err := readParameters(r, p.kinds)
	if err != nil {
		return nil, err
	}
	p.bind(rows)
	return q.GetPreparedStatementHandle(), nil
}

// GetFlightInfoPreparedStatement gives a ticket for a statement with the
// parameters that are bound now.
func (s *server) GetFlightInfoPreparedStatement(ctx context.Context, q flightsql.PreparedStatementQuery, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	v, p, err := s.statement(ctx, q.GetPreparedStatementHandle())
	if err != nil {
		return nil, err
	}
	rows := p.bound()
	if len(p.kinds) > 0 && rows == nil {
		return nil, policy.Errorf(policy.Usage, "the statement has %d parameters and none is bound", len(p.kinds))
	}
	return s.issue(v, &ticket{text: p.text, rows: rows}, d)
}

// GetSchemaPreparedStatement describes a prepared statement's columns.
func (s *server) GetSchemaPreparedStatement(ctx context.Context, q flightsql.PreparedStatementQuery, _ *flight.FlightDescriptor) (*flight.SchemaResult, error) {
	_, p, err := s.statement(ctx, q.GetPreparedStatementHandle())
	if err != nil {
		return nil, err
	}
	return schemaResult(p.schema), nil
}

// DoPutCommandStatementUpdate refuses updates, which the gateway records.
func (s *server) DoPutCommandStatementUpdate(ctx context.Context, q flightsql.StatementUpdate) (int64, error) {
	v, err := s.enter(ctx)
	if err != nil {
		return 0, err
	}
	return 0, s.refuse(ctx, v, q.GetQuery())
}

// DoPutPreparedStatementUpdate refuses to run as an update what, since it was
// prepared, only reads.
func (s *server) DoPutPreparedStatementUpdate(ctx context.Context, q flightsql.PreparedStatementUpdate, _ flight.MessageReader) (int64, error) {
	if _, _, err := s.statement(ctx, q.GetPreparedStatementHandle()); err != nil {
		return 0, err
	}
	return 0, errReads()
}

// DoPutCommandStatementIngest refuses rows.
func (s *server) DoPutCommandStatementIngest(context.Context, flightsql.StatementIngest, flight.MessageReader) (int64, error) {
	return 0, policy.Errorf(policy.Denied, "data is read-only here; it is loaded with weir load")
}

// BeginTransaction says that there are none.
func (s *server) BeginTransaction(context.Context, flightsql.ActionBeginTransactionRequest) ([]byte, error) {
	return nil, policy.Errorf(policy.Usage, "there are no transactions: data is read-only, and each statement sees one snapshot")
}
