package gateway

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/sql/duck"
	"github.com/weir-warehouse/weir/sql/gateway/pgcatalog"
	"github.com/weir-warehouse/weir/sql/gateway/pgname"
	"github.com/weir-warehouse/weir/sql/guard"
)

// Prepared describes a statement that has not run.
type Prepared struct {
	Schema     *arrow.Schema // of the result
	Parameters []string      // the engine's names of their types
	Notes      []string      // what an answer will leave out
	Catalog    bool          // it asks the catalogue, and touches no data
}

// checked is a text with the guard's verdict on what runs for it: the text
// itself, or, if it has parameters, the text with a CAST around each, so that
// each has one type and what was described is what comes.
type checked struct {
	guard.Verdict

	source      string // the client's, in the engine's dialect
	text        string
	parameters  []string // types
	occurrences []occurrence
	bound       []int        // the client's parameters in the engine's order
	names       pgname.Names // of the result's columns, for a client of PostgreSQL
}

// Prepare guards and describes a statement, and neither runs nor records it: it
// is planned in the instance that has the scope's tables and no rows. kinds are
// the types that the client declared for its first parameters, by the engine's
// names; "" leaves one open.
func (s *Session) Prepare(ctx context.Context, text string, kinds ...string) (*Prepared, error) {
	o, _, leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	c, err := s.check(ctx, o, text, kinds)
	if err != nil {
		return nil, s.refused(ctx, newID(), err)
	}
	if c.Refusal != nil {
		return nil, refused(c.Refusal)
	}
	schema, err := s.describe(o, c)
	if err != nil {
		return nil, s.refused(ctx, newID(), err)
	}
	return &Prepared{
		Schema: s.named(schema, c.names), Parameters: c.parameters, Notes: o.notes(c.Relations), Catalog: c.Touches == guard.TouchesCatalog,
	}, nil
}

func refused(r *guard.Refusal) error {
	return &policy.Error{Code: r.Code, Text: r.Error(), Cause: r}
}

// refused turns an error from before a statement ran into one that is safe to
// show.
func (s *Session) refused(ctx context.Context, id string, err error) error {
	if f, ok := errors.AsType[*duck.Fault](err); ok && f.Prepared {
		return unfit(f)
	}
	if e, ok := errors.AsType[*policy.Error](err); ok {
		return e
	}
	return s.g.hide(ctx, id, err)
}

// unfit shows a fault that came before the first row was read: it depends on the
// text and on the scope's own names alone.
func unfit(f *duck.Fault) error {
	text, _, _ := strings.Cut(f.Text, "\n")
	return policy.Errorf(policy.Usage, "the statement does not fit what it names: %s", text)
}

// describe plans a statement where there are no rows. The engine does not tell
// the columns of some statements before their parameters have values; NULLs of
// the right types will do.
func (s *Session) describe(o *open, c *checked) (*arrow.Schema, error) {
	instance, err := s.shadow(o, c.Verdict)
	if err != nil {
		return nil, err
	}
	conn, err := instance.Connect()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	for _, try := range []string{
		c.text,
		rewrite(c.source, c.occurrences, func(i int) string { return "CAST(NULL AS " + c.occurrences[i].kind + ")" }),
	} {
		schema, err := describeOn(conn, try)
		if schema != nil || err != nil {
			return schema, err
		}
	}
	return nil, policy.Errorf(policy.Usage, "the columns of the result depend on the values of the parameters; write a CAST around them")
}

func describeOn(c *duck.Conn, text string) (*arrow.Schema, error) {
	s, err := c.Prepare(text)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.Schema()
}

// check is the guard's verdict on a text in an open scope. It depends on these
// two, the dialect and the declared types alone, so the scope remembers it:
// dashboards ask the same again and again.
func (s *Session) check(ctx context.Context, o *open, text string, kinds []string) (*checked, error) {
	if !s.inPostgres() {
		return s.remembered(ctx, o, text, kinds)
	}
	if refusal := s.g.guard.CheckText(text); refusal != nil {
		return &checked{Verdict: guard.Verdict{Refusal: refusal}}, nil //nolint:nilerr // as in judge
	}
	rewritten := pgcatalog.Rewrite(text, s.request.Principal.ID)
	c, err := s.remembered(ctx, o, rewritten.Text, kinds)
	if err != nil || c.Refusal == nil || c.Refusal.Position < 0 {
		return c, err
	}
	there := *c.Refusal
	there.Position = rewritten.Original(there.Position)
	return &checked{Verdict: guard.Verdict{Refusal: &there, Fingerprint: c.Fingerprint, Hash: c.Hash}}, nil
}

func (s *Session) remembered(ctx context.Context, o *open, text string, kinds []string) (*checked, error) {
	for len(kinds) > 0 && kinds[len(kinds)-1] == "" {
		kinds = kinds[:len(kinds)-1]
	}
	key := strings.Join(append([]string{strconv.FormatBool(s.inPostgres()), text}, kinds...), "\x00") // which no text that passes has
	if c, ok := o.known.Get(key); ok {
		return c, nil
	}
	v, tree, err := s.judge(ctx, o, text)
	if err != nil {
		return nil, err
	}
	c := &checked{Verdict: v, source: text, text: text}
	if v.Refusal == nil && s.inPostgres() {
		c.names = pgname.Of(tree)
	}
	if v.Refusal == nil {
		if err := s.typed(ctx, o, c, kinds); err != nil {
			return nil, err
		}
	}
	if len(key) <= rememberedText {
		o.known.Add(key, c)
	}
	return c, nil
}

// judge has a text parsed and judged.
func (s *Session) judge(ctx context.Context, o *open, text string) (v guard.Verdict, tree []byte, err error) {
	if refusal := s.g.guard.CheckText(text); refusal != nil {
		return guard.Verdict{Refusal: refusal}, nil, nil //nolint:nilerr // a refusal is a verdict, and no fault of the check
	}
	if tree, err = s.g.parser.tree(ctx, text); err != nil {
		return guard.Verdict{}, nil, err
	}
	names, err := s.names(o)
	if err != nil {
		return guard.Verdict{}, nil, err
	}
	return s.g.guard.Check(text, tree, names), tree, nil
}

// typed gives each parameter of a checked text a type, and has the text that
// comes of it judged in turn: that one will run.
func (s *Session) typed(ctx context.Context, o *open, c *checked, kinds []string) error {
	all, values := occurrences(c.text)
	if values > maxParameters {
		c.Refusal = &guard.Refusal{Rule: "parameters", Code: policy.Usage, Position: -1, Text: "parameters are numbered from 1 to 65535"}
	}
	if c.Refusal != nil {
		return nil
	}
	c.parameters = slices.Repeat([]string{untyped}, max(values, len(kinds)))
	if len(all) == 0 {
		return nil
	}
	instance, err := s.shadow(o, c.Verdict)
	if err != nil {
		return err
	}
	conn, err := instance.Connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	for i := range all {
		if at := all[i].index; at < len(kinds) {
			all[i].kind = kinds[at]
		}
	}
	inferrer{conn: conn, text: c.text, all: all}.infer()
	for _, o := range slices.Backward(all) { // where it stands first decides
		c.parameters[o.index] = o.kind
		c.bound = append(c.bound, o.index)
	}
	slices.Sort(c.bound)
	c.bound = slices.Compact(c.bound)
	c.occurrences, c.text = all, cast(c.text, all, c.bound)
	c.Verdict, _, err = s.judge(ctx, o, c.text)
	if c.Refusal != nil {
		c.Refusal.Position = -1 // of a text that the client did not write
	}
	return err
}
