package view

import "fmt"

// Rego orders all values: null, then booleans, numbers and strings. So null is
// less than any value, equals null, and no comparison is ever unknown. Each
// comparison below is closed over NULL to say the same in SQL.

func (e Compare) render(f *Fragment, s Source) error {
	left, err := s.term(e.Left)
	if err != nil {
		return err
	}
	switch right := e.Right.(type) {
	case Value:
		return compareValue(f, e, left, right)
	case Field:
		t, err := s.term(right)
		if err != nil {
			return err
		}
		return compareFields(f, e, left, t)
	}
	return fmt.Errorf("%s %s is compared with nothing", e.Left, e.Op)
}

// compareValue compares a field with a value.
func compareValue(f *Fragment, e Compare, left term, right Value) error {
	if right.JSON == nil {
		compareNull(f, e.Op, left)
		return nil
	}
	if err := orderable(e.Op, e.Left, left); err != nil {
		return err
	}
	if holds, ok := right.JSON.(bool); ok && !left.nullable && e.Op == Equal {
		f.append(left.sql) // a relation, which is true or false by itself
		if !holds {
			f.text(" IS FALSE")
		}
		return nil
	}
	v, err := encode(left.kind, right)
	if err != nil {
		return fmt.Errorf("%s: %w", e.Left, err)
	}
	closure := " IS NULL" // NULL differs from the value and is less
	joint := " OR "
	if e.Op == Equal || e.Op == Greater || e.Op == GreaterOrEqual {
		closure, joint = " IS NOT NULL", " AND "
	}
	f.text("(")
	f.append(left.sql)
	f.text(" " + string(e.Op) + " ")
	f.value(v.kind, v.value)
	f.text(joint)
	f.append(left.sql)
	f.text(closure + ")")
	return nil
}

// compareNull compares a field with null.
func compareNull(f *Fragment, op Op, left term) {
	switch op {
	case Less:
		f.text("FALSE")
		return
	case GreaterOrEqual:
		f.text("TRUE")
		return
	case Equal, NotEqual, LessOrEqual, Greater:
	}
	f.text("(")
	f.append(left.sql)
	if op == Equal || op == LessOrEqual {
		f.text(" IS NULL)")
		return
	}
	f.text(" IS NOT NULL)")
}

// compareFields compares two fields.
func compareFields(f *Fragment, e Compare, left, right term) error {
	if left.kind != right.kind {
		return fmt.Errorf("%s is %s and %s is %s", e.Left, left.kind, e.Right, right.kind)
	}
	if err := orderable(e.Op, e.Left, left); err != nil {
		return err
	}
	pair := func(operator string) {
		f.append(left.sql)
		f.text(operator)
		f.append(right.sql)
	}
	switch e.Op {
	case Equal, NotEqual:
		f.text("(")
		pair(map[Op]string{Equal: " IS NOT DISTINCT FROM ", NotEqual: " IS DISTINCT FROM "}[e.Op])
		f.text(")")
		return nil
	case Less, LessOrEqual, Greater, GreaterOrEqual:
	}
	f.text("coalesce(")
	pair(" " + string(e.Op) + " ")
	lower, upper := left.sql, right.sql
	if e.Op == Greater || e.Op == GreaterOrEqual {
		lower, upper = upper, lower
	}
	f.text(", ")
	f.append(lower)
	f.text(" IS NULL")
	if e.Op == Less || e.Op == Greater {
		f.text(" AND ")
		f.append(upper)
		f.text(" IS NOT NULL")
	}
	f.text(")")
	return nil
}

// orderable refuses an order of kinds whose order in SQL is not that of their
// texts in Rego.
func orderable(op Op, name Field, t term) error {
	if t.kind == uuid && op != Equal && op != NotEqual {
		return fmt.Errorf("%s is a key, and keys have no order", name)
	}
	return nil
}

func (e Member) render(f *Fragment, s Source) error {
	if len(e.Values) == 0 {
		return None{}.render(f, s)
	}
	either := make(Or, len(e.Values))
	for i, v := range e.Values {
		either[i] = Compare{Equal, e.Field, v}
	}
	return either.render(f, s)
}
