package duck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

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
	for _, s := range append(o.settings(), [2]string{"arrow_lossless_conversion", "true"}) {
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

// Script runs statements of ours that give no rows, in one transaction. It costs
// a fraction of as many calls of Exec, since no result is described.
func (c *Conn) Script(ctx context.Context, statements ...string) error {
	defer context.AfterFunc(ctx, c.interrupt)()
	err := c.script(strings.Join(slices.Concat([]string{"BEGIN"}, statements, []string{"COMMIT"}), "\n;\n"))
	if err != nil {
		_ = c.script("ROLLBACK") //nolint:errcheck // the first error tells
	}
	return err
}

func (c *Conn) script(text string) error {
	var result bindings.Result
	defer bindings.DestroyResult(&result)
	if bindings.Query(c.conn, text, &result) == bindings.StateError {
		return &Fault{Kind: faultKind(bindings.ResultErrorType(&result)), Text: bindings.ResultError(&result)}
	}
	return nil
}
