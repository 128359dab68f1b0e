package opa

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/weir-warehouse/weir/policy"
	"github.com/weir-warehouse/weir/policy/opa/view"
)

// OPA's own filter compiler (v1/rego/compile) reads partial results as UCAST.
// It cannot be used here: its UCAST for "always" and for "could not be
// translated" is the same empty object (input.row[3] == 1 compiles to no
// filter at all), it panics on the negation of the latter, it drops a field on
// the right of startswith and in, and it loses positions. So the partial
// result is translated directly, by a short list of allowed forms.

// condition partially evaluates row rules for one dataset, with the row
// unknown. It also returns what is left of the rules, one text for each
// alternative. Whatever cannot be translated is an error.
func (s *session) condition(ctx context.Context, d policy.Dataset, rules []string) (view.Expr, []string, error) {
	names := make([]*ast.Term, len(rules))
	for i, r := range rules {
		names[i] = ast.StringTerm(r)
	}
	in := ast.NewObject(
		ast.Item(ast.StringTerm("dataset"), ast.StringTerm(d.Name)),
		ast.Item(ast.StringTerm("rules"), ast.ArrayTerm(names...)),
	)
	s.input.Foreach(in.Insert)
	result, err := s.filter.Partial(ctx, rego.EvalParsedInput(in), rego.EvalParsedUnknowns(s.unknowns))
	if err != nil {
		return nil, nil, err
	}
	if len(result.Queries) == 0 {
		return view.None{}, nil, nil
	}
	t := translator{support: result.Support}
	var either view.Or
	var left []string
	always := false
	for _, q := range result.Queries {
		text := t.text(q)
		if len(q) == 0 || slices.Contains(left, text) {
			always = always || len(q) == 0
			continue
		}
		all, err := t.body(q)
		if err != nil {
			return nil, nil, err
		}
		either, left = append(either, all), append(left, text)
	}
	if !always {
		return either, left, nil
	}
	if len(either) > 0 { // an alternative that could fail refuses even so
		if _, err := s.source(d).Condition(either); err != nil {
			return nil, nil, err
		}
	}
	return view.All{}, nil, nil
}

// unknowns are what partial evaluation does not know.
func unknowns() []*ast.Term {
	return []*ast.Term{
		ast.MustParseTerm("input." + view.RowSpace),
		ast.MustParseTerm("input." + view.PeriodSpace),
		ast.MustParseTerm("input." + view.RelatedSpace),
	}
}

// translator turns what partial evaluation left into a condition.
type translator struct{ support []*ast.Module }

// body translates a conjunction.
func (t translator) body(b ast.Body) (view.Expr, error) {
	var all view.And
	for _, e := range b {
		part, err := t.expr(e)
		if err != nil {
			return nil, err
		}
		all = append(all, part)
	}
	return all, nil
}

// expr translates one expression.
func (t translator) expr(e *ast.Expr) (view.Expr, error) {
	if len(e.With) > 0 || e.IsEvery() || e.IsSome() {
		return nil, untranslatable(e)
	}
	part, err := t.positive(e)
	if err != nil || !e.Negated {
		return part, err
	}
	return view.Not{Part: part}, nil
}

// positive translates an expression without regard to its negation.
func (t translator) positive(e *ast.Expr) (view.Expr, error) {
	if term, ok := e.Terms.(*ast.Term); ok {
		return t.term(e, term.Value)
	}
	if !e.IsCall() {
		return nil, untranslatable(e)
	}
	if len(e.Operands()) != 2 {
		return nil, untranslatable(e)
	}
	left, right := e.Operand(0).Value, e.Operand(1).Value
	operator := e.Operator().String()
	if op, ok := comparison(operator); ok {
		return compare(e, op, left, right)
	}
	of, ok := field(left)
	if !ok {
		return nil, untranslatable(e)
	}
	if op, ok := textTest(operator); ok {
		if text, ok := right.(ast.String); ok {
			return view.Match{Op: op, Field: of, Text: string(text)}, nil
		}
	}
	if operator == ast.Member.Name {
		return member(e, of, right)
	}
	return nil, untranslatable(e)
}

// term translates an expression that is a single term. A bare column is
// refused: it may have been one, which holds unless it is false, or a column
// compared with itself, which always holds.
func (t translator) term(e *ast.Expr, v ast.Value) (view.Expr, error) {
	switch v := v.(type) {
	case ast.Boolean:
		if v {
			return view.All{}, nil
		}
		return view.None{}, nil
	case ast.Ref:
		if v.HasPrefix(ast.DefaultRootRef) {
			return t.supported(e, v)
		}
	}
	return nil, untranslatable(e)
}

// supported translates a reference to a rule that partial evaluation made: it
// holds when any of the rule's bodies does.
func (t translator) supported(e *ast.Expr, ref ast.Ref) (view.Expr, error) {
	var either view.Or
	for _, m := range t.support {
		for _, rule := range m.Rules {
			if !rule.Ref().Equal(ref) {
				continue
			}
			if rule.Default || rule.Else != nil || len(rule.Head.Args) > 0 || !isTrue(rule.Head.Value) {
				return nil, untranslatable(e)
			}
			all, err := t.body(rule.Body)
			if err != nil {
				return nil, err
			}
			either = append(either, all)
		}
	}
	if len(either) == 0 {
		return nil, untranslatable(e)
	}
	return either, nil
}

// text writes a conjunction as Rego, with the bodies of rules that partial
// evaluation made in place of their names.
func (t translator) text(b ast.Body) string {
	out := b.String()
	for _, m := range t.support {
		bodies := map[string][]string{}
		for _, rule := range m.Rules {
			name := rule.Ref().String()
			bodies[name] = append(bodies[name], "("+rule.Body.String()+")")
		}
		for _, name := range slices.Sorted(maps.Keys(bodies)) {
			out = strings.ReplaceAll(out, name, strings.Join(bodies[name], " or "))
		}
	}
	return out
}

// isTrue reports whether a rule's value is the constant true.
func isTrue(t *ast.Term) bool { return t != nil && t.Value.Compare(ast.Boolean(true)) == 0 }

// compare translates a comparison of a field with a field or a value.
func compare(e *ast.Expr, op view.Op, left, right ast.Value) (view.Expr, error) {
	of, ok := field(left)
	if !ok {
		if of, ok = field(right); !ok {
			return nil, untranslatable(e)
		}
		right, op = left, op.Mirror()
	}
	if other, ok := field(right); ok {
		return view.Compare{Op: op, Left: of, Right: other}, nil
	}
	v, ok := scalar(right)
	if !ok {
		return nil, untranslatable(e)
	}
	return view.Compare{Op: op, Left: of, Right: v}, nil
}

// member translates a test for membership of a known array or set.
func member(e *ast.Expr, of view.Field, collection ast.Value) (view.Expr, error) {
	var terms []*ast.Term
	switch c := collection.(type) {
	case *ast.Array:
		c.Foreach(func(t *ast.Term) { terms = append(terms, t) })
	case ast.Set:
		terms = c.Slice()
	default:
		return nil, untranslatable(e)
	}
	in := view.Member{Field: of}
	for _, t := range terms {
		v, ok := scalar(t.Value)
		if !ok {
			return nil, untranslatable(e)
		}
		in.Values = append(in.Values, v)
	}
	return in, nil
}

// field reads a reference to something of the row.
func field(v ast.Value) (view.Field, bool) {
	ref, ok := v.(ast.Ref)
	if !ok || len(ref) != 3 || !ref.HasPrefix(ast.InputRootRef) {
		return view.Field{}, false
	}
	space, spaced := ref[1].Value.(ast.String)
	name, named := ref[2].Value.(ast.String)
	return view.Field{Space: string(space), Name: string(name)}, spaced && named
}

// scalar reads a scalar value.
func scalar(v ast.Value) (view.Value, bool) {
	switch s := v.(type) {
	case ast.Null:
		return view.Value{}, true
	case ast.Boolean:
		return view.Value{JSON: bool(s)}, true
	case ast.Number:
		return view.Value{JSON: json.Number(s)}, true
	case ast.String:
		return view.Value{JSON: string(s)}, true
	}
	return view.Value{}, false
}

// untranslatable says which expression has no SQL, and where it stands.
func untranslatable(e *ast.Expr) error {
	place := ""
	if l := e.Loc(); l != nil {
		place = fmt.Sprintf("%s:%d: ", l.File, l.Row)
	}
	return fmt.Errorf("%sno SQL means the same as: %s (a row rule compares columns with columns or constants)", place, e)
}
