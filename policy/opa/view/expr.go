package view

import (
	"errors"
	"fmt"
)

// Expr is a condition on a row: true or false, never unknown.
type Expr interface {
	render(f *Fragment, s Source) error
}

// The conditions.
type (
	// All is true of every row.
	All struct{}
	// None is true of no row.
	None struct{}
	// And is true when each part is; it has at least one.
	And []Expr
	// Or is true when some part is; it has at least one.
	Or []Expr
	// Not is true when its part is false.
	Not struct{ Part Expr }
	// Compare compares a field with a field or a value, in Rego's total order.
	Compare struct {
		Op    Op
		Left  Field
		Right Operand
	}
	// Member is true when a field equals one of the values.
	Member struct {
		Field  Field
		Values []Value
	}
	// Match is true when a text field has the text where Op says.
	Match struct {
		Op    MatchOp
		Field Field
		Text  string
	}
)

// Operand is a Field or a Value.
type Operand interface{ operand() }

// Field is something that conditions know of a row: a column (row), a bound of
// the time for which it holds (period) or a relation (related).
type Field struct{ Space, Name string }

// Value is a JSON scalar: nil, bool, json.Number or string.
type Value struct{ JSON any }

func (Field) operand() {}
func (Value) operand() {}

// The spaces that a field may be in.
const (
	RowSpace     = "row"     // input.row.<column>
	PeriodSpace  = "period"  // input.period.start and end, as dates
	RelatedSpace = "related" // input.related.<relation>
)

// Op is a comparison.
type Op string

// The comparisons, as SQL spells them.
const (
	Equal          Op = "="
	NotEqual       Op = "<>"
	Less           Op = "<"
	LessOrEqual    Op = "<="
	Greater        Op = ">"
	GreaterOrEqual Op = ">="
)

// Mirror returns the comparison that holds with its sides swapped.
func (o Op) Mirror() Op {
	switch o {
	case Less:
		return Greater
	case LessOrEqual:
		return GreaterOrEqual
	case Greater:
		return Less
	case GreaterOrEqual:
		return LessOrEqual
	case Equal, NotEqual:
	}
	return o
}

// MatchOp is a test on text, named as DuckDB's function.
type MatchOp string

// The tests on text.
const (
	StartsWith MatchOp = "starts_with"
	EndsWith   MatchOp = "ends_with"
	Contains   MatchOp = "contains"
)

func (All) render(f *Fragment, _ Source) error { //nolint:unparam // as Expr has it
	f.text("TRUE")
	return nil
}

func (None) render(f *Fragment, _ Source) error {
	f.text("FALSE")
	return nil
}

func (e And) render(f *Fragment, s Source) error { return list(f, s, e, " AND ") }

func (e Or) render(f *Fragment, s Source) error { return list(f, s, e, " OR ") }

func (e Not) render(f *Fragment, s Source) error {
	f.text("(NOT ")
	if err := e.Part.render(f, s); err != nil {
		return err
	}
	f.text(")")
	return nil
}

// list renders parts with an operator between them.
func list(f *Fragment, s Source, parts []Expr, operator string) error {
	if len(parts) == 0 {
		return errors.New("a condition without parts")
	}
	if len(parts) == 1 {
		return parts[0].render(f, s)
	}
	f.text("(")
	for i, part := range parts {
		if i > 0 {
			f.text(operator)
		}
		if err := part.render(f, s); err != nil {
			return err
		}
	}
	f.text(")")
	return nil
}

func (e Match) render(f *Fragment, s Source) error {
	t, err := s.term(e.Field)
	switch {
	case err != nil:
		return err
	case t.kind != text:
		return fmt.Errorf("%s is %s, and %s is for text", e.Field, t.kind, e.Op)
	case t.nullable:
		return fmt.Errorf("%s may be null, of which %s is an error", e.Field, e.Op)
	}
	v, err := encode(text, Value{e.Text})
	if err != nil {
		return fmt.Errorf("%s: %w", e.Field, err)
	}
	f.text("coalesce(" + function(string(e.Op)) + "(")
	f.append(t.sql)
	f.text(", ")
	f.value(v.kind, v.value)
	f.text("), FALSE)")
	return nil
}

// String returns the field as Rego writes it.
func (f Field) String() string { return "input." + f.Space + "." + f.Name }
