package pgwire

import (
	"cmp"
	"context"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/encode"
	"github.com/weir-warehouse/weir/sql/doors/pgwire/lex"
	"github.com/weir-warehouse/weir/sql/doors/pgwire/param"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// prepared is a statement that Parse has named.
type prepared struct {
	statement

	cmd    *command      // the door's own
	kinds  []string      // the engine's names of the types that the client declared
	types  []uint32      // of the parameters
	schema *arrow.Schema // of the gateway's rows
}

// parse prepares a statement. What the gateway refuses, it refuses on record.
func (c *conn) parse(ctx context.Context, m *pgproto3.Parse) error {
	switch {
	case m.Name != "" && c.statements[m.Name] != nil:
		return fault(codeStatementKnown, "prepared statement %q already exists", m.Name)
	case len(c.statements) >= mostOpen:
		return fault(codeLimit, "a connection has at most %d prepared statements", mostOpen)
	}
	p := &prepared{types: slices.Clone(m.ParameterOIDs)}
	all := lex.Split(m.Query)
	if len(all) > 1 {
		return fault(codeSyntax, "cannot insert multiple commands into a prepared statement")
	}
	if len(all) == 1 {
		p.statement = newStatement(m.Query, all[0])
		if err := c.prepare(ctx, p); err != nil {
			c.fail(p.statement, err)
			c.skipping = true
			return nil
		}
	}
	c.statements[m.Name] = p
	c.put(&pgproto3.ParseComplete{})
	return nil
}

func (c *conn) prepare(ctx context.Context, p *prepared) (err error) {
	if p.cmd, err = ownCommand(p.Statement); err != nil {
		return err
	}
	if c.transaction.failed && (p.cmd == nil || !p.cmd.recover) {
		return errFailedState
	}
	query, at := p.Text, 0
	if p.cmd != nil {
		query, at = p.cmd.query, p.cmd.queryAt
	}
	if query == "" {
		return nil
	}
	session, err := c.current(ctx)
	if err != nil {
		return err
	}
	declared := make([]gateway.Param, len(p.types))
	for i, oid := range p.types {
		declared[i] = gateway.Param{Null: true, Type: param.Kind(oid)}
		p.kinds = append(p.kinds, declared[i].Type)
	}
	ctx, t := c.newTask(ctx)
	defer t.cancel()
	c.now(t)
	described, err := session.Prepare(ctx, query, p.kinds...)
	if err != nil {
		if r, again := session.Query(ctx, query, declared...); again == nil {
			r.Close()
		}
		return shift(t.explain(err), at)
	}
	p.schema = described.Schema
	cast := casts(query)
	for i, kind := range described.Parameters {
		if i >= len(p.types) {
			p.types, p.kinds = append(p.types, 0), append(p.kinds, "")
		}
		if p.types[i] == 0 {
			p.types[i] = cmp.Or(cast[i+1], param.OID(kind))
		}
	}
	return nil
}

// spread gives each of n values its format: none are text, one is for all.
func spread(codes []int16, n int) ([]int16, error) {
	if slices.ContainsFunc(codes, func(f int16) bool { return f != int16(encode.Text) && f != int16(encode.Binary) }) {
		return nil, fault(codeBadSetting, "unsupported format code")
	}
	switch len(codes) {
	case 0:
		return make([]int16, n), nil
	case 1:
		return slices.Repeat(codes, n), nil
	case n:
		return codes, nil
	}
	return nil, fault(codeProtocol, "message has %d formats for %d values", len(codes), n)
}

func (c *conn) describe(m *pgproto3.Describe) error {
	if m.ObjectType == 'P' {
		if cur := c.cursors[m.Name]; cur != nil { // to PostgreSQL a cursor is a portal
			columns := encode.Columns(cur.rows.schema)
			c.put(rowDescription(columns, slices.Repeat([]encode.Format{cur.format}, len(columns))))
			return nil
		}
		p := c.portals[m.Name]
		if p == nil {
			return fault(codeNoCursor, "portal %q does not exist", m.Name)
		}
		return c.describeRows(p.of, p.formats)
	}
	p := c.statements[m.Name]
	if p == nil {
		return fault(codeNoStatement, "prepared statement %q does not exist", m.Name)
	}
	c.put(&pgproto3.ParameterDescription{ParameterOIDs: p.types})
	return c.describeRows(p, nil)
}

func (c *conn) describeRows(p *prepared, codes []int16) error {
	schema, err := c.schema(p)
	if err != nil {
		return err
	}
	if schema == nil {
		c.put(&pgproto3.NoData{})
		return nil
	}
	columns := encode.Columns(schema)
	formats, err := resultFormats(codes, len(columns))
	if err == nil {
		c.put(rowDescription(columns, formats))
	}
	return err
}

// schema is that of the rows that a statement sends; nil: it sends none, or as
// COPY.
func (c *conn) schema(p *prepared) (*arrow.Schema, error) {
	if p.cmd == nil || p.cmd.columns == nil {
		if p.cmd != nil {
			return nil, nil //nolint:nilnil // documented
		}
		return p.schema, nil
	}
	rows, err := p.cmd.columns(c)
	if err != nil {
		return nil, err
	}
	return rows.schema, nil
}

func resultFormats(codes []int16, n int) ([]encode.Format, error) {
	codes, err := spread(codes, n)
	formats := make([]encode.Format, len(codes))
	for i, code := range codes {
		formats[i] = encode.Format(code)
	}
	return formats, err
}

func (c *conn) closeNamed(m *pgproto3.Close) error {
	if m.ObjectType == 'P' {
		c.endPortal(m.Name)
	} else {
		delete(c.statements, m.Name)
	}
	c.put(&pgproto3.CloseComplete{})
	return nil
}
