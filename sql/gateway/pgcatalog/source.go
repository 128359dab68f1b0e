package pgcatalog

import (
	"slices"

	"github.com/weir-warehouse/weir/sql/guard"
)

// inFrom are the functions that clients name in FROM and whose alias they read
// as a column.
var inFrom = map[string]bool{"generate_series": true, "string_to_array": true, "current_schemas": true}

// clauses are the words that begin a part of a query.
var clauses = []string{"select", "from", "join", "where", "on", "group", "order", "having", "limit", "union", "using"}

// clause is the word that begins the part of a query in which a token stands:
// "from" also for what is joined, "" for none.
func (w *writer) clause(i int) string {
	depth, end := 0, i-reach
	for i--; i >= max(end, 0); i-- {
		switch word := w.word(i); {
		case w.symbol(i, ")"):
			depth++
		case w.symbol(i, "("):
			if depth--; depth < 0 {
				return ""
			}
		case depth > 0:
		case word == "join":
			return "from"
		case slices.Contains(clauses, word):
			return word
		}
	}
	return ""
}

// source names the column of a function in FROM, and makes a query of one whose
// result is a single value.
func (w *writer) source(i int, function string) {
	last := w.closing(i + 1)
	alias := last + 1
	if w.word(alias) == "as" {
		alias++
	}
	name := w.at(alias)
	if name.Kind != guard.TokenWord || w.symbol(alias+1, "(") || slices.Contains(clauses, w.word(alias)) {
		return
	}
	start, end := w.at(i).Start, w.at(last).End
	if function != "generate_series" {
		w.edits = append(w.edits, edit{start, start, "(SELECT "}, edit{end, end, ")"})
	}
	written := w.text[name.Start:name.End]
	w.replace(alias, alias, written+"("+written+")")
}

// closing is the index of what closes the parenthesis at an index.
func (w *writer) closing(i int) int {
	depth := 0
	for end := min(i+reach, len(w.tokens)); i < end; i++ {
		if w.symbol(i, "(") {
			depth++
		}
		if w.symbol(i, ")") {
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return i - 1
}

// anyOf writes a comparison with a column that is a list.
func (w *writer) anyOf(i int) {
	last := w.closing(i + 1)
	for k := i + 2; k < last; k++ {
		if w.at(k).Kind != guard.TokenWord && !w.symbol(k, ".") || w.word(k) == "select" {
			return
		}
	}
	w.replace(i-1, i+1, "IN ")
	w.replace(last, last, "")
}
