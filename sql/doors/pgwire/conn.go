package pgwire

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/sql/doors/access"
)

// conn is a connection of a client.
type conn struct {
	server  *Server
	raw     net.Conn // below TLS
	wire    net.Conn
	cancel  context.CancelCauseFunc // ends the connection
	key     key
	session *access.Session

	out    []byte
	broken error // why nothing more can be written
	ended  bool  // after what is in out

	settings    *settings
	transaction transaction
	statements  map[string]*prepared
	portals     map[string]*portal
	cursors     map[string]*cursor
	several     bool // the text has several statements: a transaction of its own
	skipping    bool // until Sync, after an error in the extended protocol

	mu      sync.Mutex
	running *task // what a cancel request ends
}

// run serves messages until the connection ends.
func (c *conn) run(ctx context.Context) {
	c.statements, c.portals, c.cursors = map[string]*prepared{}, map[string]*portal{}, map[string]*cursor{}
	in := newInbox()
	var reader sync.WaitGroup
	reader.Go(func() {
		in.run(ctx, c)
		c.cancel(errGone)
	})
	defer reader.Wait()
	defer c.raw.Close() //nolint:errcheck // there is nobody to tell
	defer c.endAll()
	log, began := c.server.Log, time.Now()
	log.InfoContext(ctx, "PostgreSQL client came in", "client", c.client(), "principal", c.session.Principal(), "purpose", c.session.Purpose())
	c.ready()
	for !c.ended && c.broken == nil {
		m, err := c.next(ctx, in)
		if err != nil {
			c.reject(ctx, err)
			break
		}
		c.handle(ctx, m)
		in.done(m)
		if len(c.out) >= writeAt {
			_ = c.flush() //nolint:errcheck // the loop sees it
		}
	}
	_ = c.flush() //nolint:errcheck // it ends anyway
	log.InfoContext(ctx, "PostgreSQL client left", "client", c.client(), "principal", c.session.Principal(), "after", time.Since(began))
}

var errGone = errors.New("the client has gone")

// next waits for a message. While it waits, the client has all there is.
func (c *conn) next(ctx context.Context, in *inbox) (message, error) {
	select {
	case m, ok := <-in.messages:
		return m, in.over(ok)
	default:
	}
	if err := c.flush(); err != nil {
		return message{}, err
	}
	c.shrink()
	c.readAhead(in)
	idle := time.NewTimer(c.server.Idle)
	defer idle.Stop()
	select {
	case m, ok := <-in.messages:
		return m, in.over(ok)
	case <-c.server.draining:
		return message{}, fault(codeStopped, "terminating connection: the server is stopping")
	case <-idle.C:
		return message{}, fault(codeIdle, "terminating connection: it was idle for %s", c.server.Idle)
	case <-ctx.Done():
		return message{}, in.lost(ctx)
	}
}

// readAhead uses the time that the client takes.
func (c *conn) readAhead(in *inbox) {
	for _, cur := range c.cursors {
		for len(in.messages) == 0 && cur.rows.settle() { //nolint:revive // the condition does it
		}
	}
	for _, p := range c.portals {
		for len(in.messages) == 0 && p.rows != nil && p.rows.settle() { //nolint:revive // as above
		}
	}
}

// over is why there is no message.
func (in *inbox) over(ok bool) error {
	if ok {
		return nil
	}
	return in.err
}

func (in *inbox) lost(ctx context.Context) error {
	if cause := context.Cause(ctx); !errors.Is(cause, errGone) {
		return fault(codeStopped, "terminating connection: %s", cause)
	}
	for range in.messages {
	}
	return in.err
}

// handle answers a message. After an error in the extended protocol all are
// skipped up to the next Sync.
func (c *conn) handle(ctx context.Context, m message) {
	if c.skipping && m.kind != 'S' && m.kind != 'X' {
		return
	}
	defer c.now(nil)
	var err error
	switch m.kind {
	case 'Q':
		err = decode(m, &pgproto3.Query{}, func(q *pgproto3.Query) error { c.simple(ctx, q.String); return nil })
	case 'P':
		err = decode(m, &pgproto3.Parse{}, func(p *pgproto3.Parse) error { return c.parse(ctx, p) })
	case 'B':
		err = decode(m, &pgproto3.Bind{}, c.bind)
	case 'D':
		err = decode(m, &pgproto3.Describe{}, c.describe)
	case 'E':
		err = decode(m, &pgproto3.Execute{}, func(e *pgproto3.Execute) error { return c.execute(ctx, e) })
	case 'C':
		err = decode(m, &pgproto3.Close{}, c.closeNamed)
	case 'S':
		c.sync()
	case 'H':
		_ = c.flush() //nolint:errcheck // run sees it
	case 'X':
		c.ended = true
	case 'd', 'c', 'f': // what follows a COPY that was refused
	case 'F':
		err = fault(codeUnsupported, "function calls are not supported; write a SELECT")
	default:
		err = &failure{code: codeProtocol, text: "invalid frontend message type", fatal: true}
	}
	if err != nil {
		c.skipping = true
		c.fail(statement{}, err)
	}
}

// decode reads a message's body and hands it on.
func decode[M pgproto3.FrontendMessage](m message, into M, then func(M) error) error {
	if into.Decode(m.body) != nil {
		return &failure{code: codeProtocol, text: "invalid message format", fatal: true}
	}
	return then(into)
}

// ready tells the client that the next statement can come.
func (c *conn) ready() {
	c.put(&pgproto3.ReadyForQuery{TxStatus: c.transaction.status()})
}

// sync ends a sequence of the extended protocol.
func (c *conn) sync() {
	c.skipping = false
	if !c.transaction.open {
		c.endPortals()
	}
	c.ready()
}

// close ends the connection, whatever state it is in.
func (c *conn) close() {
	if c.key != (key{}) {
		c.server.forget(c.key)
	}
	if c.wire != nil && c.broken == nil {
		_ = c.raw.SetWriteDeadline(time.Now().Add(lastWord)) //nolint:errcheck // it ends anyway
		_ = c.wire.Close()                                   //nolint:errcheck // as above
	}
	_ = c.raw.Close() //nolint:errcheck // as above
}

// isEnd reports whether an error is the end of a result.
func isEnd(err error) bool { return errors.Is(err, io.EOF) }
