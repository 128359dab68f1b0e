package pgwire

import (
	"context"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/encode"
	"github.com/weir-warehouse/weir/sql/doors/pgwire/param"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// portal is a statement with values for its parameters.
type portal struct {
	answer

	of      *prepared
	params  []gateway.Param
	formats []int16
	begun   bool
	over    bool
}

// bind gives a prepared statement values.
func (c *conn) bind(m *pgproto3.Bind) error {
	p := c.statements[m.PreparedStatement]
	switch {
	case p == nil:
		return fault(codeNoStatement, "prepared statement %q does not exist", m.PreparedStatement)
	case m.DestinationPortal != "" && c.portals[m.DestinationPortal] != nil:
		return fault(codeCursorExists, "portal %q already exists", m.DestinationPortal)
	case len(c.portals) >= mostOpen:
		return fault(codeLimit, "a connection has at most %d portals", mostOpen)
	case len(m.Parameters) != len(p.types):
		return fault(codeProtocol, "bind message supplies %d parameters, but the prepared statement requires %d", len(m.Parameters), len(p.types))
	case c.transaction.failed && (p.cmd == nil || !p.cmd.recover):
		return errFailedState
	}
	formats, err := spread(m.ParameterFormatCodes, len(p.types))
	if err != nil {
		return err
	}
	params := make([]gateway.Param, len(p.types))
	for i, value := range m.Parameters {
		params[i] = gateway.Param{Null: value == nil, Type: p.kinds[i]}
		if value == nil {
			continue
		}
		if params[i].Value, err = param.Text(p.types[i], formats[i] == int16(encode.Binary), value); err != nil {
			return fault(codeBadBinary, "parameter $%d: %s", i+1, err)
		}
		if !utf8.ValidString(params[i].Value) {
			return fault(codeBadEncoding, "parameter $%d is not valid UTF-8", i+1)
		}
	}
	c.endPortal(m.DestinationPortal)
	c.portals[m.DestinationPortal] = &portal{of: p, params: params, formats: m.ResultFormatCodes}
	c.put(&pgproto3.BindComplete{})
	return nil
}

func (c *conn) execute(ctx context.Context, m *pgproto3.Execute) error {
	p := c.portals[m.Portal]
	switch {
	case p == nil:
		return fault(codeNoCursor, "portal %q does not exist", m.Portal)
	case p.of.Text == "":
		c.put(&pgproto3.EmptyQueryResponse{})
		return nil
	case p.over:
		c.complete(p.total(0))
		return nil
	}
	err := c.advance(ctx, p, int64(m.MaxRows))
	if err != nil {
		c.endPortal(m.Portal)
		c.fail(p.of.statement, err)
		c.skipping = true
	}
	return nil
}

// advance starts a portal or goes on with it.
func (c *conn) advance(ctx context.Context, p *portal, most int64) (err error) {
	if !p.begun {
		p.begun = true
		if p.answer, err = c.answer(ctx, p.of.cmd, p.of.Text, p.params); err != nil {
			return err
		}
	}
	if p.rows == nil {
		p.over = true
		c.complete(p.tag)
		return nil
	}
	columns := encode.Columns(p.rows.schema)
	if p.of.schema != nil && p.copy == nil && p.of.cmd == nil && !alike(columns, encode.Columns(p.of.schema)) {
		return fault(codeUnsupported, "cached plan must not change result type")
	}
	formats, err := resultFormats(p.formats, len(columns))
	if err != nil && p.copy == nil {
		return err
	}
	if most == 0 {
		most = math.MaxInt64
	}
	p.over, err = c.deliver(&p.answer, columns, formats, most)
	if p.over {
		p.end()
	}
	return err
}

// alike reports whether rows still have the columns that were described: a
// snapshot or a policy may have come in between.
func alike(a, b []encode.Column) bool {
	return slices.EqualFunc(a, b, func(a, b encode.Column) bool { return a.Name == b.Name && a.OID == b.OID })
}

func (c *conn) endPortal(name string) {
	if p := c.portals[name]; p != nil {
		p.end()
		delete(c.portals, name)
	}
}

func (c *conn) endPortals() {
	for name := range c.portals {
		c.endPortal(name)
	}
}
