package pgcatalog

import (
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/sql/guard"
)

// renamed are functions that DuckDB has under another name.
var renamed = map[string]string{"json_build_object": "json_object", "json_build_array": "json_array", "array_length": "array_upper", "format": "pg_format"}

// types are PostgreSQL's types that DuckDB lacks, with those that take their
// place.
var types = map[string]string{
	"name": "VARCHAR", "char": "VARCHAR", "xid": "BIGINT", "cid": "BIGINT", "aclitem": "VARCHAR", "pg_node_tree": "VARCHAR",
	"int2vector": "SMALLINT[]", "oidvector": "BIGINT[]",
}

// objects are the types whose values are objects of the catalogue, with the
// functions that give an object's name. The same with _oid give its identifier.
var objects = map[string]string{
	"regclass": "pg_regclass", "regtype": "pg_regtype", "regnamespace": "pg_regnamespace", "regrole": "pg_regrole",
	"regproc": "pg_regproc", "regprocedure": "pg_regproc",
}

// typeName is the name of a type at an index. The type "char" is written in
// quotes.
func (w *writer) typeName(i int) string {
	if t := w.at(i); t.Kind == guard.TokenWord {
		return strings.ToLower(t.Text)
	}
	return ""
}

// cast rewrites a cast with "::".
func (w *writer) cast(i int) {
	at := w.unqualified(i + 1)
	name := w.typeName(at)
	switch {
	case objects[name] != "":
		function, first := objects[name], w.operand(i-1, i-reach)
		if w.wantsIdentifier(first, i, at, name) {
			function += "_oid"
		}
		start := w.at(first).Start
		w.edits = append(w.edits, edit{start, start, function + "("})
		w.replace(i, at, ")")
	case w.symbol(at+1, "[") && w.symbol(at+2, "]") && w.at(i-1).Kind == guard.TokenLiteral:
		w.list(i - 1)
		fallthrough
	case types[name] != "" && (name != "char" || w.word(at) == ""):
		if types[name] != "" {
			w.replace(at, at, types[name])
		}
	}
}

// castAs rewrites CAST(… AS type).
func (w *writer) castAs(i int) {
	last := w.closing(i + 1)
	kind := last - 1
	as := kind - 1
	if w.symbol(as, ".") {
		as -= 2
	}
	switch name := w.typeName(kind); {
	case w.word(as) != "as":
	case objects[name] != "":
		function := objects[name]
		if w.wantsIdentifier(i, as, last, name) {
			function += "_oid"
		}
		w.replace(i, i, function)
		w.replace(as, kind, "")
	case types[name] != "":
		w.replace(kind, kind, types[name])
	}
}

// wantsIdentifier reports whether a cast to an object is for its identifier: it
// is cast on to a number, or compared, or is of a constant, as in
// 'pg_class'::regclass. A function's name is compared as it is.
func (w *writer) wantsIdentifier(first, cast, kind int, name string) bool {
	numbers, texts := []string{"oid", "int", "int4", "int8", "integer", "bigint"}, []string{"text", "varchar", "name"}
	if w.symbol(kind+1, "::") || w.word(kind+1) == "as" {
		next := w.typeName(w.unqualified(kind + 2))
		if slices.Contains(numbers, next) || slices.Contains(texts, next) {
			return slices.Contains(numbers, next)
		}
	}
	if objects[name] == "pg_regproc" {
		return false
	}
	constant := slices.ContainsFunc(w.tokens[first:cast], func(t guard.Token) bool {
		return t.Kind == guard.TokenLiteral || t.Kind == guard.TokenParameter
	}) && !slices.ContainsFunc(w.tokens[first:cast], func(t guard.Token) bool { return t.Kind == guard.TokenWord })
	return constant || slices.ContainsFunc([]string{"=", "<>", "!="}, func(op string) bool { return w.symbol(first-1, op) })
}

// callers are words before a parenthesis that do not call it.
var callers = []string{"and", "or", "not", "in", "on", "when", "then", "else", "case", "where", "select", "from", "by", "any", "all", "as", "using"}

// operand is the index of the first token of the operand that ends at an index:
// a constant, a name, a call, something in parentheses, or a cast of one. It
// does not begin before least.
func (w *writer) operand(i, least int) int {
	first := i
	switch {
	case i <= least:
		return max(i, 0)
	case w.symbol(i, "]"):
		return w.operand(w.opening(i, "[", "]")-1, least)
	case w.symbol(i, ")"):
		if first = w.opening(i, "(", ")"); w.at(first-1).Kind != guard.TokenWord || slices.Contains(callers, w.word(first-1)) {
			return first
		}
		first--
	}
	for w.symbol(first-1, ".") && w.at(first-2).Kind == guard.TokenWord {
		first -= 2
	}
	if w.symbol(first-1, "::") {
		return w.operand(first-2, least)
	}
	return max(first, 0)
}

// opening is the index of what closes at an index opened.
func (w *writer) opening(i int, open, closed string) int {
	depth := 0
	for end := i - reach; i >= max(end, 0); i-- {
		if w.symbol(i, closed) {
			depth++
		}
		if w.symbol(i, open) {
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return 0
}
