package guard

import (
	"slices"
	"strconv"
	"strings"
)

// maxLength is the longest that a text may be padded or repeated to.
const maxLength = 1000

// knownType refuses types that the parser leaves to the catalog, save JSON: an
// enum or an alias would show what the instance defines.
func knownType(s *statement) *Refusal {
	for _, n := range s.of("info:UNBOUND_TYPE_INFO") {
		if fold(n.text("name")) != "json" {
			return at(n, "cast to a built-in type", "type %q is not among those that Weir accepts", n.text("name"))
		}
	}
	return nil
}

// knownCollation accepts DuckDB's own collations, and ICU's locales, which are
// functions too. Both combine with dots, as in de.nocase.
func knownCollation(s *statement) *Refusal {
	own := []string{"binary", "c", "posix", "nocase", "noaccent", "nfc"}
	for _, n := range s.of("expr:COLLATE") {
		for part := range strings.SplitSeq(fold(n.text("collation")), ".") {
			if !slices.Contains(own, part) && s.guard.functions.called["icu_collate_"+part] == nil {
				return at(n, "use NOCASE, NOACCENT or a language such as de", "collation %q does not exist", n.text("collation"))
			}
		}
	}
	return nil
}

func knownFunction(s *statement) *Refusal {
	tables := make(map[*node]bool)
	for _, n := range s.of("table:TABLE_FUNCTION") {
		tables[n.one("function")] = true
	}
	for _, kind := range []string{"expr:FUNCTION", "expr:WINDOW"} {
		for _, n := range s.of(kind) {
			if tables[n] {
				continue
			}
			if r := s.refuseFunction(n, s.guard.functions.called); r != nil {
				return r
			}
		}
	}
	return nil
}

func knownTableFunction(s *statement) *Refusal {
	for _, t := range s.of("table:TABLE_FUNCTION") {
		n := t.one("function")
		if n == nil || n.kind != "expr:FUNCTION" {
			return at(t, "", "only a function can stand here")
		}
		if r := s.refuseFunction(n, s.guard.functions.tables); r != nil {
			return r
		}
	}
	return nil
}

// refuseFunction refuses a call of a function that is not on a list, or that is
// on it as refused. The shadow catalog's macros come before the list.
func (s *statement) refuseFunction(n *node, list map[string]*family) *Refusal {
	name := n.text("function_name")
	f := list[fold(name)]
	switch {
	case s.scope.macros[fold(name)] && n.text("schema") == "":
		return nil
	case f == nil:
		return at(n, "docs/sql.md tells which are", "function %q is not on the list of functions that Weir accepts", name)
	case f.Verdict == refused:
		return at(n, "docs/sql.md tells which are accepted", "function %q is not accepted: %s", name, f.Reason)
	}
	return nil
}

// literalArgument holds functions whose second argument decides how much memory
// they take, or which aggregate they call, to a literal.
func literalArgument(s *statement) *Refusal {
	for _, n := range s.of("expr:FUNCTION") {
		name := n.text("function_name")
		f := s.guard.functions.called[fold(name)]
		if f == nil || f.Literal == "" {
			continue
		}
		argument := secondArgument(n)
		if f.Literal == "length" && !isLength(argument) {
			return at(n, "write the length as a number", "the second argument of %q must be a literal from 0 to 1000", name)
		}
		if f.Literal == "aggregate" && !s.guard.functions.isAggregate(argument) {
			return at(n, "write its name, as in list_aggregate(l, 'sum')",
				"the second argument of %q must be a literal that names an accepted aggregate", name)
		}
	}
	return nil
}

// secondArgument returns the literal that is a function's second argument, or
// "" if that is no literal. In column.function(…) the column is the first.
func secondArgument(n *node) string {
	i := 1
	if methodOf(n) != nil {
		i = 0
	}
	arguments := n.list("children")
	if len(arguments) <= i || arguments[i].kind != "expr:CONSTANT" {
		return ""
	}
	value := arguments[i].one("value")
	if value == nil {
		return ""
	}
	return value.text("value")
}

func isLength(literal string) bool {
	n, err := strconv.Atoi(literal)
	return err == nil && 0 <= n && n <= maxLength
}

// noSessionValue refuses the functions that DuckDB calls for a plain name, save
// the times and those that the shadow catalog defines.
func noSessionValue(s *statement) *Refusal {
	for _, n := range s.of("expr:COLUMN_REF") {
		if name := sessionValue(n); name != "" && !s.scope.macros[name] {
			return at(n, "if you mean a column, write the table's name before it", "%q tells who is asking, and is not accepted here", name)
		}
	}
	return nil
}

// sessionValue returns the name of the function that DuckDB calls for a column
// reference that no column matches (GetSQLValueFunctionName in
// bind_columnref_expression.cpp) if it tells who is asking, or "".
func sessionValue(n *node) string {
	parts := n.texts("column_names")
	if len(parts) != 1 {
		return ""
	}
	switch name := fold(parts[0]); name {
	case "current_catalog", "current_role", "current_schema", "current_user", "session_user", "user":
		return name
	}
	return ""
}
