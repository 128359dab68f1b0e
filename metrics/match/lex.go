package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one lexical element of a formula. Its kind is 'n' for a name, 'q'
// for a name in backquotes, '0' for a number, 's' for a string, 'o' for an operator, and 0 at the end.
type token struct {
	kind byte
	text string
	at   int // byte offset
}

// operators that have two characters.
var operators = []string{"<=", ">=", "==", "!=", "&&", "||"}

// lex splits a formula into tokens, the last of which has kind 0.
func lex(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.IsSpace(r) {
			i += size
			continue
		}
		t, next, err := lexOne(s, i, r)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		i = next
	}
	return append(out, token{at: len(s)}), nil
}

func lexOne(s string, i int, r rune) (t token, next int, err error) {
	digitNext := i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9'
	switch {
	case r >= '0' && r <= '9', r == '.' && digitNext:
		next = i + numberLen(s[i:])
		return token{'0', s[i:next], i}, next, nil
	case r == '.' || unicode.IsLetter(r):
		next = i + nameLen(s[i:])
		return token{'n', s[i:next], i}, next, nil
	case r == '`' || r == '"' || r == '\'':
		end := strings.IndexRune(s[i+1:], r)
		if end < 0 {
			return token{}, 0, badFormula(s, i, "the quotation has no end")
		}
		kind := byte('s')
		if r == '`' {
			kind = 'q'
		}
		return token{kind, s[i+1 : i+1+end], i}, i + end + 2, nil
	}
	for _, op := range operators {
		if strings.HasPrefix(s[i:], op) {
			return token{'o', op, i}, i + 2, nil
		}
	}
	if strings.ContainsRune("~+-*/^:(),<>!&|", r) {
		return token{'o', string(r), i}, i + 1, nil
	}
	return token{}, 0, badFormula(s, i, "unexpected character "+string(r))
}

// numberLen returns the length of the decimal number at the start of s.
func numberLen(s string) int {
	i := 0
	digits := func() {
		for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
			i++
		}
	}
	digits()
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		mark := i
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		start := i
		if digits(); i == start {
			return mark
		}
	}
	return i
}

// nameLen returns the length of the name at the start of s.
func nameLen(s string) int {
	for i, r := range s {
		if r != '.' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return i
		}
	}
	return len(s)
}
