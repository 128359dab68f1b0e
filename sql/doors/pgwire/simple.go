package pgwire

import (
	"context"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/doors/pgwire/encode"
	"github.com/weir-warehouse/weir/sql/doors/pgwire/lex"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// statement is one statement of a message.
type statement struct {
	lex.Statement

	before int32 // characters of the message before it
}

func newStatement(text string, s lex.Statement) statement {
	return statement{s, int32(utf8.RuneCountInString(text[:s.At]))} //nolint:gosec // a message has at most 4 MiB
}

// simple answers the statements of a Query message, up to the first that fails.
func (c *conn) simple(ctx context.Context, text string) {
	delete(c.statements, "")
	c.endPortal("")
	all := lex.Split(text)
	if len(all) == 0 {
		c.put(&pgproto3.EmptyQueryResponse{})
	}
	c.several = len(all) > 1
	for _, s := range all {
		st := newStatement(text, s)
		if err := c.one(ctx, st); err != nil {
			c.fail(st, err)
			break
		}
	}
	if c.several && !c.transaction.open {
		c.endVolatile()
	}
	c.several = false
	c.ready()
}

// one answers a statement in text.
func (c *conn) one(ctx context.Context, st statement) error {
	cmd, err := ownCommand(st.Statement)
	if err != nil {
		return err
	}
	a, err := c.answer(ctx, cmd, st.Text, nil)
	if err != nil {
		return err
	}
	defer a.end()
	if a.rows == nil {
		c.complete(a.tag)
		return nil
	}
	columns := encode.Columns(a.rows.schema)
	formats := uniform(a.format, len(columns))
	if a.copy == nil {
		c.put(rowDescription(columns, formats))
	}
	_, err = c.deliver(&a, columns, formats, math.MaxInt64)
	return err
}

func uniform(f encode.Format, n int) []encode.Format {
	formats := make([]encode.Format, n)
	for i := range formats {
		formats[i] = f
	}
	return formats
}

var errFailedState = fault(codeFailedState, "current transaction is aborted, commands ignored until end of transaction block")

// answer starts a statement: the door's own, or else the gateway's.
func (c *conn) answer(ctx context.Context, cmd *command, text string, params []gateway.Param) (answer, error) {
	switch {
	case c.transaction.failed && (cmd == nil || !cmd.recover):
		return answer{}, errFailedState
	case cmd != nil:
		return cmd.run(ctx, c, params)
	}
	return c.query(ctx, text, params)
}

// query starts a statement at the gateway.
func (c *conn) query(ctx context.Context, text string, params []gateway.Param) (answer, error) {
	session, err := c.current(ctx)
	if err != nil {
		return answer{}, err
	}
	ctx, t := c.newTask(ctx)
	c.now(t)
	r, err := session.Query(ctx, text, params...)
	if err != nil {
		defer t.cancel()
		return answer{}, t.explain(err)
	}
	for _, text := range r.Notes {
		c.note("NOTICE", "00000", text)
	}
	return answer{tag: "SELECT", rows: hold(r), task: t}, nil
}

// current is the session at the gateway. A credential that has ended ends the
// connection too.
func (c *conn) current(ctx context.Context) (*gateway.Session, error) {
	session, err := c.session.Current(ctx)
	if policy.CodeOf(err) == policy.Denied {
		return nil, &failure{code: codeNoAccess, text: err.Error(), fatal: true}
	}
	return session, err
}

// deliver sends rows, at most so many, with what ends them. It reports whether
// that was the end.
func (c *conn) deliver(a *answer, columns []encode.Column, formats []encode.Format, most int64) (over bool, err error) {
	c.now(a.task)
	if a.copy != nil {
		n, err := c.copyOut(a, columns)
		if err != nil {
			return false, a.task.explain(err)
		}
		c.complete("COPY " + strconv.FormatInt(n, 10))
		return true, nil
	}
	n, more, err := c.send(a.rows, encode.NewRows(columns, formats), most)
	switch {
	case err != nil:
		return false, a.task.explain(err)
	case more:
		c.put(&pgproto3.PortalSuspended{})
		return false, nil
	}
	c.complete(a.total(n))
	return true, nil
}

// total is the tag with the number of rows, where the tag has one.
func (a *answer) total(n int64) string {
	if a.rows == nil || a.tag == "SHOW" {
		return a.tag
	}
	return a.tag + " " + strconv.FormatInt(n, 10)
}

func (c *conn) complete(tag string) { c.put(&pgproto3.CommandComplete{CommandTag: []byte(tag)}) }

func rowDescription(columns []encode.Column, formats []encode.Format) *pgproto3.RowDescription {
	d := &pgproto3.RowDescription{Fields: make([]pgproto3.FieldDescription, len(columns))}
	for i, col := range columns {
		d.Fields[i] = pgproto3.FieldDescription{
			Name: []byte(col.Name), DataTypeOID: col.OID, DataTypeSize: col.Size, TypeModifier: col.Modifier, Format: int16(formats[i]),
		}
	}
	return d
}
