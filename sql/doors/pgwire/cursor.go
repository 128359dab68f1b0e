package pgwire

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/encode"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// cursor is a result that a client reads by FETCH. It moves forward only.
type cursor struct {
	answer

	holds bool // beyond the transaction
}

// mostOpen bounds how many cursors, portals and statements a client keeps.
const mostOpen = 1000

func readDeclare(w *words) (*command, error) {
	name, err := w.name()
	if err != nil {
		return nil, err
	}
	cur := cursor{}
	scroll := false
	for !w.is("cursor") {
		switch {
		case w.is("binary"):
			cur.format = encode.Binary
		case w.is("insensitive"), w.is("asensitive"), w.is("no", "scroll"):
		case w.is("scroll"):
			scroll = true
		default:
			return nil, w.wrong()
		}
	}
	cur.holds = w.is("with", "hold")
	w.is("without", "hold")
	if !w.is("for") || w.end() {
		return nil, w.wrong()
	}
	if scroll {
		return nil, &failure{code: codeUnsupported, text: "cursors move forward only", hint: "declare it NO SCROLL"}
	}
	query, at := w.rest()
	cmd := &command{query: query, queryAt: at}
	cmd.run = func(ctx context.Context, c *conn, params []gateway.Param) (answer, error) {
		return answer{tag: "DECLARE CURSOR"}, c.declare(ctx, name, cur, cmd, params)
	}
	return cmd, nil
}

func (c *conn) declare(ctx context.Context, name string, cur cursor, cmd *command, params []gateway.Param) error {
	switch {
	case !c.transaction.open && !c.several && !cur.holds:
		return &failure{code: codeNoTransaction, text: "DECLARE CURSOR can only be used in transaction blocks", hint: "BEGIN one, or declare the cursor WITH HOLD"}
	case c.cursors[name] != nil:
		return fault(codeCursorExists, "cursor %q already exists", name)
	case len(c.cursors) >= mostOpen:
		return fault(codeLimit, "a connection has at most %d cursors", mostOpen)
	}
	a, err := cmd.inner(ctx, c, params)
	if err != nil {
		return err
	}
	a.format = cur.format
	cur.answer = a
	c.cursors[name] = &cur
	return nil
}

// readFetch reads FETCH and MOVE.
func readFetch(w *words) (*command, error) {
	tag := strings.ToUpper(w.Value(w.Tokens[0]))
	most, err := w.forward()
	if err != nil {
		return nil, err
	}
	w.any("from", "in")
	name, err := w.name()
	if err != nil {
		return nil, err
	}
	cmd := &command{run: func(_ context.Context, c *conn, _ []gateway.Param) (answer, error) {
		cur, err := c.cursor(name)
		if err != nil {
			return answer{}, err
		}
		return answer{tag: tag, rows: hold(&limited{cur.rows, most}), format: cur.format, task: cur.task, borrowed: true}, nil
	}}
	cmd.columns = func(c *conn) (*held, error) {
		cur, err := c.cursor(name)
		if err != nil {
			return nil, err
		}
		return cur.rows, nil
	}
	if tag == "MOVE" {
		cmd.moves()
	}
	return cmd, w.over()
}

// moves makes a MOVE of a FETCH: its rows are counted and not sent.
func (cmd *command) moves() {
	fetch := cmd.run
	cmd.columns = nil
	cmd.run = func(ctx context.Context, c *conn, params []gateway.Param) (answer, error) {
		a, err := fetch(ctx, c, params)
		if err != nil {
			return a, err
		}
		defer a.rows.close()
		n, err := a.rows.skip()
		return answer{tag: "MOVE " + strconv.FormatInt(n, 10)}, err
	}
}

// skip takes all rows.
func (h *held) skip() (n int64, err error) {
	for {
		batch, err := h.take(math.MaxInt64)
		if isEnd(err) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		n += batch.NumRows()
		batch.Release()
	}
}

// forward reads how many rows FETCH and MOVE take.
func (w *words) forward() (int64, error) {
	forward := w.is("forward")
	if w.is("all") {
		return math.MaxInt64, nil
	}
	if !forward {
		if w.is("next") {
			return 1, nil
		}
		if w.any("prior", "first", "last", "absolute", "relative", "backward", "-") {
			return 0, &failure{code: codeNotReady, text: "cursor can only scan forward"}
		}
	}
	n, err := strconv.ParseInt(w.peek(), 10, 64)
	if err != nil {
		return 1, nil //nolint:nilerr // it is the cursor's name
	}
	w.next++
	return n, nil
}

func (c *conn) cursor(name string) (*cursor, error) {
	if cur := c.cursors[name]; cur != nil {
		return cur, nil
	}
	return nil, fault(codeNoCursor, "cursor %q does not exist", name)
}

func readClose(w *words) (*command, error) {
	name, err := w.name()
	if err != nil {
		return nil, err
	}
	if name == "all" {
		return does("CLOSE CURSOR ALL", func(c *conn) error { c.endCursors(); return nil }), w.over()
	}
	return does("CLOSE CURSOR", func(c *conn) error {
		cur, err := c.cursor(name)
		if err == nil {
			cur.end()
			delete(c.cursors, name)
		}
		return err
	}), w.over()
}

func (c *conn) endCursors() {
	for _, cur := range c.cursors {
		cur.end()
	}
	clear(c.cursors)
}

// endAll forgets all that the client keeps.
func (c *conn) endAll() {
	c.endCursors()
	c.endPortals()
	clear(c.statements)
}
