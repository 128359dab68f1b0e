package pgwire

import (
	"context"
	"math"
	"slices"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/encode"
	"github.com/weir-warehouse/weir/sql/doors/pgwire/lex"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// readCopy reads COPY (SELECT …) TO STDOUT and COPY table TO STDOUT. One that
// writes is left to the gateway, which refuses it on record.
func readCopy(w *words) (*command, error) {
	query, at, err := w.copied()
	if err != nil {
		return nil, err
	}
	if w.is("from") {
		return nil, nil //nolint:nilnil // not the door's own
	}
	if !w.is("to") {
		return nil, w.wrong()
	}
	if !w.is("stdout") {
		return nil, &failure{code: codeRefused, text: "this server writes no files and runs no programs", hint: "COPY … TO STDOUT, or \\copy in psql"}
	}
	o := &copyOptions{}
	w.is("with")
	if w.is("(") {
		err = o.listed(w)
	} else {
		err = o.legacy(w)
	}
	if err == nil {
		err = o.settle()
	}
	if err != nil {
		return nil, err
	}
	cmd := &command{query: query, queryAt: at}
	cmd.run = func(ctx context.Context, c *conn, params []gateway.Param) (answer, error) {
		a, err := cmd.inner(ctx, c, params)
		a.copy = o
		return a, err
	}
	return cmd, nil
}

// copied reads what is copied: a statement in parentheses, or a table with or
// without columns, of which it makes a statement.
func (w *words) copied() (query string, at int, err error) {
	if w.is("(") {
		return w.inParentheses()
	}
	from := w.next
	if _, err := w.dotted(); err != nil {
		return "", 0, err
	}
	table := w.Text[w.Tokens[from].From:w.Tokens[w.next-1].To]
	columns := "*"
	if w.is("(") {
		if columns, _, err = w.inParentheses(); err != nil {
			return "", 0, err
		}
	}
	return "SELECT " + columns + " FROM " + table, -1, nil
}

// inParentheses moves to behind the parenthesis that closes. The statement in
// it may have more tokens than are kept.
func (w *words) inParentheses() (inside string, at int, err error) {
	at = w.Tokens[w.next-1].To
	s := lex.NewScanner(w.Text[at:])
	for depth := 1; ; {
		t := s.Next()
		if t.Kind == lex.End {
			return "", 0, &failure{code: codeSyntax, text: "a parenthesis is not closed", at: at}
		}
		switch b := w.Text[at+t.From]; {
		case t.Kind != lex.Symbol:
		case b == '(':
			depth++
		case b == ')':
			depth--
		}
		if depth == 0 {
			inside = w.Text[at : at+t.From]
			w.from(at + t.To)
			return inside, at, nil
		}
	}
}

// from reads on at a position.
func (w *words) from(at int) {
	w.Tokens, w.next = w.Tokens[:1:1], 1
	s := lex.NewScanner(w.Text[at:])
	for t := s.Next(); t.Kind != lex.End; t = s.Next() {
		w.Tokens = append(w.Tokens, lex.Token{Kind: t.Kind, From: at + t.From, To: at + t.To})
	}
}

// copyOut sends rows as COPY does.
func (c *conn) copyOut(a *answer, columns []encode.Column) (int64, error) {
	o := a.copy.CopyOptions
	for _, name := range a.copy.force {
		i := slices.IndexFunc(columns, func(col encode.Column) bool { return col.Name == name })
		if i < 0 && name != "*" {
			return 0, fault(codeNoColumn, "column %q of FORCE_QUOTE is not copied", name)
		}
		if o.ForceQuote == nil {
			o.ForceQuote = make([]bool, len(columns))
		}
		for k := range columns {
			o.ForceQuote[k] = o.ForceQuote[k] || k == i || name == "*"
		}
	}
	head := &pgproto3.CopyOutResponse{ColumnFormatCodes: make([]uint16, len(columns))}
	if o.Format == encode.CopyBinary {
		head.OverallFormat = 1
		for i := range columns {
			head.ColumnFormatCodes[i] = 1
		}
	}
	c.put(head)
	e := encode.NewCopy(columns, o)
	c.out = e.Head(c.out, columns)
	n, _, err := c.send(a.rows, e, math.MaxInt64)
	if err != nil {
		return n, err
	}
	c.out = e.Tail(c.out)
	c.put(&pgproto3.CopyDone{})
	return n, nil
}
