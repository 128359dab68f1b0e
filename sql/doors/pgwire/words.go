package pgwire

import (
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/lex"
)

// words reads the door's own statements, which are short and regular.
type words struct {
	lex.Statement

	next int
}

// peek is the value of the next token, or "" at the end.
func (w *words) peek() string {
	if w.end() {
		return ""
	}
	return w.Value(w.Tokens[w.next])
}

func (w *words) end() bool { return w.next >= len(w.Tokens) }

// is moves past the given words, if they are next.
func (w *words) is(all ...string) bool {
	for i, word := range all {
		if w.next+i >= len(w.Tokens) {
			return false
		}
		t := w.Tokens[w.next+i]
		if t.Kind != lex.Word && t.Kind != lex.Symbol || w.Value(t) != word {
			return false
		}
	}
	w.next += len(all)
	return true
}

// any moves past one of the given words.
func (w *words) any(all ...string) bool {
	return slices.ContainsFunc(all, func(word string) bool { return w.is(word) })
}

// name moves past a name.
func (w *words) name() (string, error) {
	if w.end() || w.Tokens[w.next].Kind != lex.Word && w.Tokens[w.next].Kind != lex.Quoted {
		return "", w.wrong()
	}
	name := w.peek()
	w.next++
	return name, nil
}

// dotted moves past a name with dots in it.
func (w *words) dotted() (string, error) {
	name, err := w.name()
	for err == nil && w.is(".") {
		var part string
		part, err = w.name()
		name += "." + part
	}
	return name, err
}

// text moves past a string.
func (w *words) text() (string, error) {
	if w.end() || w.Tokens[w.next].Kind != lex.String {
		return "", w.wrong()
	}
	text := w.peek()
	w.next++
	return text, nil
}

// rest is what has not been read, and where it begins.
func (w *words) rest() (text string, at int) {
	if w.end() {
		return "", len(w.Text)
	}
	at = w.Tokens[w.next].From
	return w.Text[at:], at
}

// over is an error unless the statement ends here.
func (w *words) over() error {
	if !w.end() {
		return w.wrong()
	}
	return nil
}

// wrong is the error of a statement that is not understood from here on.
func (w *words) wrong() error {
	first := strings.ToUpper(w.Value(w.Tokens[0]))
	if w.end() {
		return &failure{code: codeSyntax, text: "syntax error at end of " + first, at: len(w.Text) + 1}
	}
	return &failure{code: codeSyntax, text: "syntax error in " + first, at: w.Tokens[w.next].From + 1}
}
