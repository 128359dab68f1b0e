package pgwire

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/encode"
	"github.com/weir-warehouse/weir/sql/doors/pgwire/lex"
	"github.com/weir-warehouse/weir/sql/gateway"
)

// copyOptions are the options of a COPY … TO STDOUT.
type copyOptions struct {
	encode.CopyOptions

	delimiter, null, quote, escape string   // as given; "": the format's own
	nullGiven                      bool     // null may be given as ""
	force                          []string // columns; "*": all
}

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

// listed reads options as (FORMAT csv, HEADER).
func (o *copyOptions) listed(w *words) error {
	for {
		name, err := w.name()
		if err != nil {
			return err
		}
		if err := o.option(name, w); err != nil {
			return err
		}
		if w.is(")") {
			return w.over()
		}
		if !w.is(",") {
			return w.wrong()
		}
	}
}

func (o *copyOptions) option(name string, w *words) (err error) {
	switch name {
	case "format":
		if w.end() {
			return w.wrong()
		}
		format := strings.ToLower(w.peek())
		w.next++
		return o.format(format)
	case "header":
		return o.header(w)
	case "delimiter":
		o.delimiter, err = w.text()
	case "null":
		o.nullGiven = true
		o.null, err = w.text()
	case "quote":
		o.quote, err = w.text()
	case "escape":
		o.escape, err = w.text()
	case "encoding":
		var encoding string
		if encoding, err = w.text(); err == nil && !known["client_encoding"].accepts(encoding) {
			err = fault(codeUnsupported, "COPY writes UTF8 only")
		}
	case "force_quote":
		if w.is("*") {
			o.force = []string{"*"}
			return nil
		}
		if !w.is("(") {
			return w.wrong()
		}
		if err := o.forced(w); err != nil {
			return err
		}
		if !w.is(")") {
			return w.wrong()
		}
	default:
		w.next--
		return w.wrong()
	}
	return err
}

func (o *copyOptions) header(w *words) error {
	value := strings.ToLower(w.peek())
	switch value {
	case "", ",", ")":
		o.Header = true
		return nil
	case "true", "on", "1", "false", "off", "0":
		o.Header = value == "true" || value == "on" || value == "1"
		w.next++
		return nil
	}
	return w.wrong()
}

func (o *copyOptions) format(name string) error {
	switch name {
	case "text":
		o.Format = encode.CopyText
	case "csv":
		o.Format = encode.CopyCSV
	case "binary":
		o.Format = encode.CopyBinary
	default:
		return fault(codeBadSetting, "COPY format %q not recognized", name)
	}
	return nil
}

func (o *copyOptions) forced(w *words) error {
	for {
		name, err := w.name()
		if err != nil {
			return err
		}
		o.force = append(o.force, name)
		if !w.is(",") {
			return nil
		}
	}
}

// legacy reads options as CSV HEADER, PostgreSQL 8's form.
func (o *copyOptions) legacy(w *words) error {
	for !w.end() {
		var err error
		switch {
		case w.is("csv"):
			o.Format = encode.CopyCSV
		case w.is("binary"):
			o.Format = encode.CopyBinary
		case w.is("header"):
			o.Header = true
		case w.is("force", "quote"):
			if w.is("*") {
				o.force = []string{"*"}
			} else {
				err = o.forced(w)
			}
		case w.any("delimiter", "null", "quote", "escape"):
			name := w.Value(w.Tokens[w.next-1])
			w.is("as")
			err = o.option(name, w)
		default:
			err = w.wrong()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settle fills in what the format has, and refuses what does not go together.
func (o *copyOptions) settle() error {
	csv := o.Format == encode.CopyCSV
	set := func(to *byte, given, standard string) bool {
		if given == "" {
			given = standard
		}
		*to = given[0]
		return len(given) == 1
	}
	delimiter, null := "\t", `\N`
	if csv {
		delimiter, null = ",", ""
	}
	if o.quote == "" {
		o.quote = `"`
	}
	o.Null = null
	if o.nullGiven {
		o.Null = o.null
	}
	switch {
	case o.Format == encode.CopyBinary && (o.delimiter != "" || o.nullGiven || o.Header):
		return fault(codeSyntax, "COPY in binary has no DELIMITER, NULL or HEADER")
	case !csv && (o.quote != `"` || o.escape != "" || o.force != nil):
		return fault(codeUnsupported, "COPY QUOTE, ESCAPE and FORCE_QUOTE need the format csv")
	case !set(&o.Delimiter, o.delimiter, delimiter), !set(&o.Quote, o.quote, `"`), !set(&o.Escape, o.escape, o.quote):
		return fault(codeUnsupported, "COPY delimiter, quote and escape must each be a single one-byte character")
	case strings.IndexByte("\r\n\\", o.Delimiter) >= 0 && !csv, csv && o.Delimiter == o.Quote:
		return fault(codeBadSetting, "COPY cannot use this delimiter")
	case strings.ContainsAny(o.Null, "\r\n"), strings.IndexByte(o.Null, o.Delimiter) >= 0:
		return fault(codeBadSetting, "COPY cannot use this representation of NULL")
	}
	return nil
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
