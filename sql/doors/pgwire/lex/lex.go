// Package lex takes SQL text apart into tokens and statements, by the lexical
// rules that PostgreSQL and DuckDB share. It finds where statements end and
// which of them are the door's own; it decides nothing about what may run, and
// never changes a text.
package lex

import "strings"

// Kind is the kind of a token.
type Kind uint8

// The kinds.
const (
	End    Kind = iota
	Word        // a keyword or a name
	Quoted      // a name in double quotes
	String      // a string in any of its forms
	Number
	Parameter // $1
	Symbol    // an operator or punctuation, a byte at a time
)

// Token is a piece of a text: its bytes From until To.
type Token struct {
	Kind     Kind
	From, To int
}

// Scanner finds the tokens of a text. Comments and white space lie between
// them. What is not closed ends with the text.
type Scanner struct {
	text string
	pos  int
}

// NewScanner begins at the start of a text.
func NewScanner(text string) *Scanner { return &Scanner{text: text} }

// Next returns the next token, or one of the kind End.
func (s *Scanner) Next() Token {
	s.skip()
	from := s.pos
	if from == len(s.text) {
		return Token{End, from, from}
	}
	kind := s.token(s.text[from:])
	return Token{kind, from, s.pos}
}

// skip moves past white space and comments.
func (s *Scanner) skip() {
	for s.pos < len(s.text) {
		rest := s.text[s.pos:]
		switch {
		case isSpace(rest[0]):
			s.pos++
		case strings.HasPrefix(rest, "--"):
			s.to("\n", 2)
		case strings.HasPrefix(rest, "/*"):
			s.comment()
		default:
			return
		}
	}
}

// token moves past the token that rest begins with.
func (s *Scanner) token(rest string) Kind {
	switch c := rest[0]; {
	case c == '\'':
		s.quoted('\'', false)
		return String
	case prefixed(rest):
		s.pos++
		s.quoted('\'', c|0x20 == 'e')
		return String
	case c == '"':
		s.quoted('"', false)
		return Quoted
	case c == '$':
		return s.dollar(rest)
	case isLetter(c):
		s.while(func(c byte) bool { return isLetter(c) || isDigit(c) || c == '$' })
		return Word
	case isDigit(c):
		s.while(func(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' })
		return Number
	}
	s.pos++
	return Symbol
}

// prefixed reports whether a text begins with a string that has a letter
// before it: with backslash escapes (E), of bits (B, X).
func prefixed(rest string) bool {
	return len(rest) > 1 && rest[1] == '\'' && strings.IndexByte("eEbBxX", rest[0]) >= 0
}

func (s *Scanner) while(is func(byte) bool) {
	for s.pos < len(s.text) && is(s.text[s.pos]) {
		s.pos++
	}
}

// to moves past the next end that is at least skip bytes ahead.
func (s *Scanner) to(end string, skip int) {
	from := min(s.pos+skip, len(s.text))
	i := strings.Index(s.text[from:], end)
	if i < 0 {
		s.pos = len(s.text)
		return
	}
	s.pos = from + i + len(end)
}

// comment moves past a comment, which may hold others.
func (s *Scanner) comment() {
	for depth := 0; s.pos < len(s.text); {
		switch rest := s.text[s.pos:]; {
		case strings.HasPrefix(rest, "/*"):
			depth++
			s.pos += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			s.pos += 2
		default:
			s.pos++
		}
		if depth == 0 {
			return
		}
	}
}

// quoted moves past a string or a quoted name. A doubled quote stands for
// itself, and so does one after a backslash where backslashes escape.
func (s *Scanner) quoted(quote byte, escapes bool) {
	for s.pos++; s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; {
		case escapes && c == '\\':
			s.pos++
		case c == quote && s.pos+1 < len(s.text) && s.text[s.pos+1] == quote:
			s.pos++
		case c == quote:
			s.pos++
			return
		}
	}
	s.pos = len(s.text)
}

// dollar moves past $1 or $tag$…$tag$, or a dollar that is neither.
func (s *Scanner) dollar(rest string) Kind {
	s.pos++
	if len(rest) > 1 && isDigit(rest[1]) {
		s.while(isDigit)
		return Parameter
	}
	start := s.pos - 1
	s.while(func(c byte) bool { return isLetter(c) || isDigit(c) })
	if s.pos < len(s.text) && s.text[s.pos] == '$' {
		tag := s.text[start : s.pos+1]
		s.pos = start
		s.to(tag, len(tag))
		return String
	}
	return Symbol
}

func isSpace(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r'
}

// isLetter reports whether a byte can begin a name. All bytes of characters
// beyond ASCII can.
func isLetter(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c >= 0x80
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
