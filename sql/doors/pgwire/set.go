package pgwire

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/lex"
	"github.com/weir-warehouse/weir/sql/gateway"
)

func readSet(w *words) (*command, error) {
	local := w.is("local")
	if !local {
		w.is("session")
	}
	switch {
	case w.is("transaction"), w.is("characteristics", "as", "transaction"):
		return does("SET", func(*conn) error { return nil }), w.modes()
	case w.is("authorization"):
		return sets("session_authorization", local, w)
	case w.is("time", "zone"):
		return sets("TimeZone", local, w)
	case w.is("names"):
		return sets("client_encoding", local, w)
	case w.is("role"):
		return sets("role", local, w)
	}
	name, err := w.dotted()
	if err != nil {
		return nil, err
	}
	if !w.any("to", "=") {
		return nil, w.wrong()
	}
	return sets(name, local, w)
}

// sets reads the value of a setting.
func sets(name string, local bool, w *words) (*command, error) {
	if w.end() {
		return nil, w.wrong()
	}
	if w.is("default") {
		return does("SET", func(c *conn) error { return c.reset(name) }), w.over()
	}
	var value strings.Builder
	for ; !w.end(); w.next++ {
		switch t := w.Tokens[w.next]; {
		case w.Value(t) == "," && t.Kind == lex.Symbol:
			value.WriteString(", ")
		case t.Kind == lex.Word:
			value.WriteString(w.Text[t.From:t.To])
		default:
			value.WriteString(w.Value(t))
		}
	}
	return does("SET", func(c *conn) error { return c.set(name, value.String(), local) }), nil
}

// set gives a setting a value, and tells the client if it must know. A time
// zone is taken and not used, since all clients set one: moments leave in UTC.
func (c *conn) set(name, value string, local bool) error {
	changed, err := c.settings.set(name, value, local)
	if err != nil && strings.EqualFold(name, "timezone") {
		c.note("NOTICE", codeBadSetting, "moments are written in UTC; convert them in the statement: ts AT TIME ZONE '…'")
		return nil
	}
	if changed {
		c.put(&pgproto3.ParameterStatus{Name: known[strings.ToLower(name)].name, Value: c.settings.get(name)})
	}
	return err
}

func readReset(w *words) (*command, error) {
	name := "TimeZone"
	if !w.is("time", "zone") {
		var err error
		if name, err = w.dotted(); err != nil {
			return nil, err
		}
	}
	if name == "session" && w.is("authorization") {
		name = "session_authorization"
	}
	return does("RESET", func(c *conn) error { return c.reset(name) }), w.over()
}

// reset gives a setting its first value, and tells the client what it must
// know.
func (c *conn) reset(name string) error {
	before := c.settings.get("application_name")
	err := c.settings.reset(name)
	if now := c.settings.get("application_name"); now != before {
		c.put(&pgproto3.ParameterStatus{Name: "application_name", Value: now})
	}
	return err
}

func readShow(w *words) (*command, error) {
	name := ""
	switch {
	case w.is("all"):
		return shows(func(c *conn) (*held, error) { return c.settings.all(), nil }), w.over()
	case w.is("time", "zone"):
		name = "TimeZone"
	case w.is("transaction", "isolation", "level"):
		name = "transaction_isolation"
	case w.is("session", "authorization"):
		name = "session_authorization"
	default:
		var err error
		if name, err = w.dotted(); err != nil {
			return nil, err
		}
	}
	return shows(func(c *conn) (*held, error) {
		s, ok := c.settings.find(name)
		if !ok {
			return nil, &failure{
				code: codeNoSetting, text: "unrecognized configuration parameter " + strconv.Quote(name),
				hint: `SHOW ALL lists the settings; \d, or information_schema.tables, lists the relations`,
			}
		}
		return newFew([]string{s.name}, []string{c.settings.get(name)}), nil
	}), w.over()
}

func shows(rows func(c *conn) (*held, error)) *command {
	return &command{columns: rows, run: func(_ context.Context, c *conn, _ []gateway.Param) (answer, error) {
		h, err := rows(c)
		return answer{tag: "SHOW", rows: h}, err
	}}
}

// all are the settings by name, with the columns of SHOW ALL.
func (s *settings) all() *held {
	names := make([]string, 0, len(known))
	for key := range known {
		names = append(names, key)
	}
	slices.Sort(names)
	rows := make([][]string, len(names))
	for i, key := range names {
		rows[i] = []string{known[key].name, s.get(key), ""}
	}
	return newFew([]string{"name", "setting", "description"}, rows...)
}
