package duck

import (
	"context"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Statement is a prepared statement on a connection.
type Statement struct {
	conn     *Conn
	prepared bindings.PreparedStatement
}

// Param is the value of a parameter as text, or NULL. The engine casts it to
// what the statement needs.
type Param struct {
	Text string
	Null bool
}

// Prepare parses and plans one statement.
func (c *Conn) Prepare(text string) (*Statement, error) {
	p := &Statement{conn: c}
	if bindings.Prepare(c.conn, text, &p.prepared) == bindings.StateError {
		defer p.Close()
		return nil, &Fault{Kind: FaultStatement, Prepared: true, Text: bindings.PrepareError(p.prepared)}
	}
	return p, nil
}

// Close forgets the statement.
func (p *Statement) Close() { bindings.DestroyPrepare(&p.prepared) }

// ParameterType names the type that the engine found for $i, counted from one.
// It is empty if the engine found none, which it does for all parameters as soon
// as one of them has none.
func (p *Statement) ParameterType(i int) string {
	t := bindings.ParamLogicalType(p.prepared, bindings.IdxT(i)) //nolint:gosec // never negative
	defer bindings.DestroyLogicalType(&t)
	if t.Ptr == nil {
		return ""
	}
	return typeName(t)
}

// Schema describes the columns of the result. It is nil if the engine cannot
// tell them before the parameters have values.
func (p *Statement) Schema() (*arrow.Schema, error) {
	n := bindings.PreparedStatementColumnCount(p.prepared)
	types, names := make([]bindings.LogicalType, n), make([]string, n)
	for i := range n {
		types[i] = bindings.PreparedStatementColumnLogicalType(p.prepared, i)
		names[i] = bindings.PreparedStatementColumnName(p.prepared, i)
	}
	defer destroy(types)
	for _, t := range types {
		if t.Ptr == nil || typeName(t) == "" {
			return nil, nil //nolint:nilnil // documented: not known yet
		}
	}
	var options bindings.ArrowOptions
	bindings.ConnectionGetArrowOptions(p.conn.conn, &options)
	defer bindings.DestroyArrowOptions(&options)
	c, err := columnsOf(options, types, names)
	return c.given, err
}

// Query prepares and starts a statement whose parameters are texts.
func (c *Conn) Query(ctx context.Context, text string, params ...string) (*Stream, error) {
	p, err := c.Prepare(text)
	if err != nil {
		return nil, err
	}
	given := make([]Param, len(params))
	for i, text := range params {
		given[i] = Param{Text: text}
	}
	s, err := p.Query(ctx, given...)
	if err != nil {
		p.Close()
		return nil, err
	}
	s.own = p
	return s, nil
}

// Query starts the statement, with values for all of its parameters. When ctx
// ends, the statement is interrupted.
func (p *Statement) Query(ctx context.Context, params ...Param) (*Stream, error) {
	for i, param := range params {
		if p.bind(bindings.IdxT(i+1), param) == bindings.StateError {
			return nil, &Fault{Kind: FaultStatement, Prepared: true, Text: "parameter " + strconv.Itoa(i+1) + " cannot be bound"}
		}
	}
	s := &Stream{conn: p.conn, ctx: ctx, stop: context.AfterFunc(ctx, p.conn.interrupt)}
	var pending bindings.PendingResult
	state := bindings.PendingPreparedStreaming(p.prepared, &pending)
	defer bindings.DestroyPending(&pending)
	if state == bindings.StateError {
		s.stop()
		return nil, &Fault{Kind: FaultStatement, Prepared: true, Text: bindings.PendingError(pending)}
	}
	state = bindings.ExecutePending(pending, &s.result)
	if state == bindings.StateError {
		err := s.fault()
		s.Close()
		return nil, err
	}
	if err := s.describe(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (p *Statement) bind(i bindings.IdxT, param Param) bindings.State {
	if param.Null {
		return bindings.BindNull(p.prepared, i)
	}
	return bindings.BindVarchar(p.prepared, i, param.Text)
}
