package pgcatalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/sql/guard"
)

// Rewritten is a text in DuckDB's dialect.
type Rewritten struct {
	Text  string
	edits []edit
}

// edit puts a text in place of a part of the original.
type edit struct {
	start, end int
	text       string
}

// Original is the place in the client's text for a place in the rewritten one.
func (r Rewritten) Original(at int) int {
	shift := 0
	for _, e := range r.edits {
		begins := e.start + shift
		if at < begins {
			break
		}
		if at < begins+len(e.text) {
			return e.start
		}
		shift += len(e.text) - (e.end - e.start)
	}
	return at - shift
}

// Rewrite writes a question about the catalogue, in PostgreSQL's dialect, in
// DuckDB's, for a session of user. It looks at tokens, never into strings, and
// leaves alone every text that names nothing of the catalogue:
//
//	pg_catalog.x                      x
//	information_schema.x              information.x
//	a OPERATOR(pg_catalog.~) b        a ~ b
//	x COLLATE pg_catalog.default      x
//	x::regclass, x::regtype, …        a function that gives the name, or the
//	                                  identifier where one is compared
//	x::name, x::"char", x::xid        a type that DuckDB has
//	'{1,2}'::int[], x = '{0}'         a list as DuckDB writes it
//	x = ANY(t.list)                   x IN t.list, which outer joins take
//	FROM generate_series(…) s         … s(s): the alias is a column's too
//	FROM string_to_array(…) s         FROM (SELECT string_to_array(…)) AS s(s)
//	FROM pg_partition_ancestors(…)    FROM pg_partition_ancestry, which is empty
//	current_user, user, …             the user's name
//	json_build_object(…)              json_object(…)
func Rewrite(text, user string) Rewritten {
	w := writer{text: text, tokens: guard.Tokens(text), user: user}
	for _, t := range w.tokens {
		w.words = append(w.words, wordOf(text, t))
	}
	named := false
	for i := range w.tokens {
		named = named || w.ofCatalog(i)
	}
	if !named {
		return Rewritten{Text: text}
	}
	for i := range w.tokens {
		w.token(i)
	}
	// Of two insertions at one place the later found is the outer one.
	slices.Reverse(w.edits)
	slices.SortStableFunc(w.edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	return w.apply()
}

// writer collects edits of a text.
type writer struct {
	text   string
	tokens []guard.Token
	words  []string // the tokens as words in lower case; "" if one is none, or quoted
	user   string
	edits  []edit
}

func (w *writer) apply() Rewritten {
	var b strings.Builder
	r, done := Rewritten{}, 0
	for _, e := range w.edits {
		if e.start < done {
			continue // inside of what another edit replaces
		}
		b.WriteString(w.text[done:e.start])
		b.WriteString(e.text)
		done = e.end
		r.edits = append(r.edits, e)
	}
	b.WriteString(w.text[done:])
	r.Text = b.String()
	return r
}

// reach is how many tokens are looked at for what belongs together, so that no
// text takes quadratic time.
const reach = 2000

// whoIsAsking are the words that mean the user, without parentheses.
var whoIsAsking = []string{"current_user", "session_user", "current_role", "user"}

// ofCatalog reports whether the token at an index is a word of the catalogue.
func (w *writer) ofCatalog(i int) bool {
	t := w.at(i)
	word := w.word(i)
	return strings.HasPrefix(word, "pg_") || word == "information_schema" || objects[word] != "" || w.asksWho(i) ||
		t.Kind == guard.TokenWord && w.text[t.Start] == '"' && (t.Text == "pg_catalog" || t.Text == "information_schema")
}

// asksWho reports whether the token at an index means the user.
func (w *writer) asksWho(i int) bool {
	return slices.Contains(whoIsAsking, w.word(i)) && !w.symbol(i-1, ".") && !w.symbol(i+1, ".") && w.word(i-1) != "as"
}

func wordOf(text string, t guard.Token) string {
	if t.Kind != guard.TokenWord || text[t.Start] == '"' {
		return ""
	}
	return strings.ToLower(t.Text)
}

// word is the token at an index as a word in lower case; "" if it is none, or
// quoted.
func (w *writer) word(i int) string {
	if i < 0 || i >= len(w.words) {
		return ""
	}
	return w.words[i]
}

// at is the token at an index, or one that is nothing.
func (w *writer) at(i int) guard.Token {
	if i < 0 || i >= len(w.tokens) {
		return guard.Token{}
	}
	return w.tokens[i]
}

func (w *writer) symbol(i int, want string) bool {
	return w.at(i).Kind == guard.TokenSymbol && w.at(i).Text == want
}

// replace puts a text in place of tokens.
func (w *writer) replace(first, last int, text string) {
	w.edits = append(w.edits, edit{w.at(first).Start, w.at(last).End, text})
}

// token rewrites what begins with a token.
func (w *writer) token(i int) {
	t := w.at(i)
	word := w.word(i)
	switch {
	case w.at(i+2).End == 0 && w.symbol(i+1, "."): // it ends where a name should come
	case t.Kind == guard.TokenWord && strings.EqualFold(t.Text, "pg_catalog") && w.symbol(i+1, "."):
		w.edits = append(w.edits, edit{t.Start, w.at(i + 2).Start, ""})
	case t.Kind == guard.TokenWord && strings.EqualFold(t.Text, "information_schema") && w.symbol(i+1, "."):
		if w.symbol(i+3, "(") {
			w.edits = append(w.edits, edit{t.Start, w.at(i + 2).Start, ""})
		} else {
			w.replace(i, i, Information)
		}
	case word == "operator" && w.symbol(i+1, "("):
		w.operator(i)
	case word == "collate":
		if last := w.unqualified(i + 1); slices.Contains([]string{"default", "c", "posix"}, strings.ToLower(w.at(last).Text)) {
			w.replace(i, last, "")
		}
	case w.symbol(i, "::"):
		w.cast(i)
	case word == "cast" && w.symbol(i+1, "("):
		w.castAs(i)
	case w.asksWho(i):
		w.replace(i, i, literal(w.user)+w.alias(i))
	case word == "any" && w.symbol(i-1, "=") && w.symbol(i+1, "("):
		w.anyOf(i)
	case word == "pg_partition_ancestors" && w.symbol(i+1, "(") && w.clause(i) == "from":
		last := w.closing(i + 1)
		if w.word(last+1) == "with" && w.word(last+2) == "ordinality" {
			last += 2
		}
		w.replace(i, last, "pg_partition_ancestry")
	case inFrom[word] && w.symbol(i+1, "(") && w.clause(i) == "from":
		w.source(i, word)
	case renamed[word] != "" && w.symbol(i+1, "("):
		w.replace(i, i, renamed[word])
	case t.Kind == guard.TokenLiteral && (w.symbol(i-1, "=") || w.symbol(i-1, "<>")):
		w.list(i)
	}
}

// alias names a column of a result after the word that stands for it.
func (w *writer) alias(i int) string {
	begins := w.symbol(i-1, ",") || w.word(i-1) == "select"
	ends := i+1 == len(w.tokens) || w.symbol(i+1, ",") || w.symbol(i+1, ";") || w.symbol(i+1, ")") || w.word(i+1) == "from"
	if begins && ends && w.clause(i) == "select" {
		return ` AS "` + w.word(i) + `"`
	}
	return ""
}

// unqualified is the index of the name that stands at an index, past a
// qualification by pg_catalog.
func (w *writer) unqualified(i int) int {
	if strings.EqualFold(w.at(i).Text, "pg_catalog") && w.symbol(i+1, ".") {
		return i + 2
	}
	return i
}

// operator takes OPERATOR(pg_catalog.~) apart. The operator's own bytes may be
// several tokens.
func (w *writer) operator(i int) {
	first := w.unqualified(i + 2)
	for last := first; last < len(w.tokens) && last < first+3; last++ {
		if w.symbol(last+1, ")") {
			w.replace(i, last+1, w.text[w.at(first).Start:w.at(last).End])
			return
		}
	}
}

// list writes an array literal as a list.
func (w *writer) list(i int) {
	t := w.at(i)
	if written := w.text[t.Start:t.End]; strings.HasPrefix(written, "'{") && strings.HasSuffix(written, "}'") {
		w.replace(i, i, "'["+written[2:len(written)-2]+"]'")
	}
}
