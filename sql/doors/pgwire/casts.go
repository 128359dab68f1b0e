package pgwire

import (
	"strconv"
	"strings"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/lex"
	"github.com/weir-warehouse/weir/sql/doors/pgwire/param"
)

// casts finds the types of parameters that stand in a cast: $1::int, or
// CAST($1 AS int). Clients send values of that type, as to PostgreSQL; the
// statement's own cast reads them.
func casts(text string) map[int]uint32 {
	types := map[int]uint32{}
	s := lex.Statement{Text: text}
	scanner := lex.NewScanner(text)
	for t := scanner.Next(); t.Kind != lex.End; t = scanner.Next() {
		s.Tokens = append(s.Tokens, t)
	}
	for i, t := range s.Tokens {
		if t.Kind != lex.Parameter {
			continue
		}
		n, err := strconv.Atoi(text[t.From+1 : t.To])
		if err != nil || types[n] != 0 {
			continue
		}
		w := &words{Statement: s, next: i + 1}
		if w.is(":", ":") || i >= 2 && w.behindCast(i) && w.is("as") {
			types[n] = param.ByName(w.kind())
		}
	}
	return types
}

// behindCast reports whether the token i follows CAST and a parenthesis.
func (w *words) behindCast(i int) bool {
	before := words{Statement: w.Statement, next: i - 2}
	return before.is("cast", "(") || before.is("try_cast", "(")
}

// kind reads the name of a type, without its size: "double precision",
// "timestamp with time zone", "varchar(20)[]".
func (w *words) kind() string {
	var parts []string
	for !w.end() && w.Tokens[w.next].Kind == lex.Word && (len(parts) == 0 || continues(w.peek())) {
		parts = append(parts, w.peek())
		w.next++
	}
	if w.is("(") {
		for !w.end() && !w.is(")") {
			w.next++
		}
	}
	name := strings.Join(parts, " ")
	if w.is("[", "]") {
		name += "[]"
	}
	return name
}

// continues reports whether a word can follow another in the name of a type.
func continues(word string) bool {
	switch word {
	case "precision", "varying", "with", "without", "time", "zone":
		return true
	}
	return false
}
