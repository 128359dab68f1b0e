package duck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Instance is an in-memory DuckDB instance whose results are streamed as Arrow
// batches. The driver behind DB materialises every result; this does not.
type Instance struct {
	db bindings.Database
}

// OpenInstance starts an instance. Like DB, it loads no extension.
func OpenInstance(o Options) (*Instance, error) {
	var config bindings.Config
	if bindings.CreateConfig(&config) == bindings.StateError {
		return nil, errors.New("start the engine: no configuration")
	}
	defer bindings.DestroyConfig(&config)
	for _, s := range o.settings() {
		if bindings.SetConfig(config, s[0], s[1]) == bindings.StateError {
			return nil, fmt.Errorf("start the engine: setting %s = %q is refused", s[0], s[1])
		}
	}
	i := &Instance{}
	var reason string
	if bindings.OpenExt(":memory:", &i.db, config, &reason) == bindings.StateError {
		return nil, fmt.Errorf("start the engine: %s", reason)
	}
	return i, nil
}

// Close ends the instance. Its connections must be closed before.
func (i *Instance) Close() { bindings.Close(&i.db) }

// Conn is a connection to an instance. It runs one statement at a time; a
// connection costs microseconds, so whatever must not carry state to the next
// statement takes a new one.
type Conn struct {
	mu   sync.Mutex // orders Interrupt and Close
	conn bindings.Connection
}

// Connect makes a connection.
func (i *Instance) Connect() (*Conn, error) {
	c := &Conn{}
	if bindings.Connect(i.db, &c.conn) == bindings.StateError {
		return nil, errors.New("connect to the engine")
	}
	return c, nil
}

// Close ends the connection.
func (c *Conn) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	bindings.Disconnect(&c.conn)
}

func (c *Conn) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn.Ptr != nil {
		bindings.Interrupt(c.conn)
	}
}

// Fault is an error of the engine.
type Fault struct {
	Kind     FaultKind
	Prepared bool // it came before the statement read any row
	Text     string
}

// FaultKind is a kind of engine error, as far as callers tell them apart.
type FaultKind int

// The kinds.
const (
	FaultOther     FaultKind = iota
	FaultStatement           // the text: syntax, names, types
	FaultValue               // a value that a function or cast does not take
	FaultMemory
	FaultCanceled
)

// Error returns the engine's own text, which may hold values of rows.
func (f *Fault) Error() string { return f.Text }

func faultKind(t bindings.ErrorType) FaultKind {
	switch t {
	case bindings.ErrorTypeParser, bindings.ErrorTypeSyntax, bindings.ErrorTypeBinder, bindings.ErrorTypeCatalog, bindings.ErrorTypePlanner,
		bindings.ErrorTypeNotImplemented, bindings.ErrorTypeParameterNotResolved, bindings.ErrorTypeExpression, bindings.ErrorTypeMismatchType:
		return FaultStatement
	case bindings.ErrorTypeConversion, bindings.ErrorTypeOutOfRange, bindings.ErrorTypeDivideByZero, bindings.ErrorTypeInvalidInput,
		bindings.ErrorTypeDecimal, bindings.ErrorTypeConstraint, bindings.ErrorTypeInvalidType:
		return FaultValue
	case bindings.ErrorTypeOutOfMemory, bindings.ErrorTypeObjectSize:
		return FaultMemory
	case bindings.ErrorTypeInterrupt:
		return FaultCanceled
	}
	return FaultOther
}

// Exec runs one statement to its end and drops its result.
func (c *Conn) Exec(ctx context.Context, text string) error {
	s, err := c.Query(ctx, text)
	if err != nil {
		return err
	}
	defer s.Close()
	for {
		batch, err := s.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		batch.Release()
	}
}

// Statement is a prepared statement on a connection.
type Statement struct {
	conn     *Conn
	prepared bindings.PreparedStatement
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

// Stream is the result of a running statement.
type Stream struct {
	conn    *Conn
	own     *Statement // closed with the stream, if the stream made it
	stop    func() bool
	clean   bool            // the statement was read to its end, undisturbed
	ctx     context.Context //nolint:containedctx // the statement's own
	result  bindings.Result
	options bindings.ArrowOptions
	schema  *arrow.Schema
}

// Query prepares and starts a statement.
func (c *Conn) Query(ctx context.Context, text string, params ...string) (*Stream, error) {
	p, err := c.Prepare(text)
	if err != nil {
		return nil, err
	}
	s, err := p.Query(ctx, params...)
	if err != nil {
		p.Close()
		return nil, err
	}
	s.own = p
	return s, nil
}

// Query starts the statement. Its parameters, text all, are cast by the engine
// to what the statement needs. When ctx ends, the statement is interrupted.
func (p *Statement) Query(ctx context.Context, params ...string) (*Stream, error) {
	for i, param := range params {
		if bindings.BindVarchar(p.prepared, bindings.IdxT(i+1), param) == bindings.StateError {
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

func (s *Stream) fault() error {
	if s.ctx.Err() != nil {
		return &Fault{Kind: FaultCanceled, Text: context.Cause(s.ctx).Error()}
	}
	return &Fault{Kind: faultKind(bindings.ResultErrorType(&s.result)), Text: bindings.ResultError(&s.result)}
}

// describe finds the result's schema.
func (s *Stream) describe() error {
	n := bindings.ColumnCount(&s.result)
	types, names := make([]bindings.LogicalType, n), make([]string, n)
	for i := range n {
		types[i], names[i] = bindings.ColumnLogicalType(&s.result, i), bindings.ColumnName(&s.result, i)
	}
	defer func() {
		for i := range types {
			bindings.DestroyLogicalType(&types[i])
		}
	}()
	s.options = bindings.ResultGetArrowOptions(&s.result)
	var data bindings.ErrorData
	s.schema, data = bindings.NewArrowSchema(s.options, types, names)
	defer bindings.DestroyErrorData(&data)
	if s.schema == nil {
		return &Fault{Kind: FaultOther, Text: bindings.ErrorDataMessage(data)}
	}
	return nil
}

// Schema describes the result's columns.
func (s *Stream) Schema() *arrow.Schema { return s.schema }

// Next returns the next batch, of at most 2,048 rows, or io.EOF. The caller
// releases it.
func (s *Stream) Next() (arrow.RecordBatch, error) {
	if s.ctx.Err() != nil {
		return nil, s.fault()
	}
	chunk := bindings.FetchChunk(s.result)
	defer bindings.DestroyDataChunk(&chunk)
	if chunk.Ptr == nil || bindings.DataChunkGetSize(chunk) == 0 {
		if bindings.ResultError(&s.result) != "" {
			return nil, s.fault()
		}
		s.clean = true
		return nil, io.EOF
	}
	batch, data := bindings.DataChunkToArrowArray(s.options, s.schema, chunk)
	defer bindings.DestroyErrorData(&data)
	if batch == nil {
		return nil, &Fault{Kind: FaultOther, Text: bindings.ErrorDataMessage(data)}
	}
	return batch, nil
}

// Close ends the statement, whether or not it was read to its end. It reports
// whether the connection is as it was before: nothing failed and nothing was
// interrupted.
func (s *Stream) Close() (clean bool) {
	clean = s.stop() && s.clean
	bindings.DestroyArrowOptions(&s.options)
	bindings.DestroyResult(&s.result)
	if s.own != nil {
		s.own.Close()
	}
	return clean
}
