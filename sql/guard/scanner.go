package guard

import (
	"strings"
	"unicode/utf8"
)

// TokenKind is the kind of a piece of SQL text.
type TokenKind uint8

// The kinds.
const (
	tokenEnd       TokenKind = iota
	TokenWord                // a keyword or a name, quoted or not
	TokenLiteral             // a string or a number
	TokenParameter           // $1, ? or $name
	TokenSymbol              // an operator or punctuation
)

// Token is a piece of SQL text.
type Token struct {
	Kind       TokenKind
	Text       string // a word without its quotes, a symbol as it is; else empty
	Start, End int    // in bytes
}

// Tokens takes a text apart as DuckDB's lexer does, closely enough for writing
// it in another way; what comes of that must be checked like any other text.
func Tokens(text string) []Token {
	var tokens []Token
	for s := (scanner{text: text}); ; {
		kind, word := s.next()
		if kind == tokenEnd {
			return tokens
		}
		tokens = append(tokens, Token{Kind: kind, Text: word, Start: s.start, End: s.pos})
	}
}

// operators are the bytes that operators consist of.
const operators = "+-*/<>=~!@#%^&|:"

// scanner takes a text apart as DuckDB's lexer does, closely enough for a
// fingerprint: whether a text may run is never decided here.
type scanner struct {
	text  string
	pos   int
	start int // of the last token
	lost  int // bytes that the engine counts less up to pos; see original
}

// next returns the next token. Comments and white space lie between tokens.
func (s *scanner) next() (kind TokenKind, text string) {
	for s.pos < len(s.text) {
		rest, start := s.text[s.pos:], s.pos
		s.start = start
		c := rest[0]
		switch size := spaceSize(rest); {
		case size > 0:
			s.pos += size
			s.lost += size - 1
		case strings.HasPrefix(rest, "--"):
			s.through("\n", 2)
		case strings.HasPrefix(rest, "/*"):
			s.comment()
		case c == '\'':
			s.quoted('\'', false)
			return TokenLiteral, ""
		case (c == 'e' || c == 'E') && strings.HasPrefix(rest[1:], "'"):
			s.pos++
			s.quoted('\'', true)
			return TokenLiteral, ""
		case c == '"':
			s.quoted('"', false)
			return TokenWord, strings.ReplaceAll(strings.Trim(s.text[start:s.pos], `"`), `""`, `"`)
		case c == '$':
			return s.dollar(), ""
		case isDigit(c) || c == '.' && len(rest) > 1 && isDigit(rest[1]):
			s.run(func(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' })
			return TokenLiteral, ""
		case isLetter(c):
			s.word()
			return TokenWord, s.text[start:s.pos]
		case c == '?':
			s.run(func(c byte) bool { return c == '?' || isDigit(c) })
			return TokenParameter, ""
		case strings.IndexByte(operators, c) >= 0:
			s.operator()
			return TokenSymbol, s.text[start:s.pos]
		case strings.IndexByte(",;.()[]{}", c) >= 0:
			s.pos++
			return TokenSymbol, rest[:1]
		default:
			s.pos++
		}
	}
	return tokenEnd, ""
}

// word moves past a word.
func (s *scanner) word() {
	for s.pos < len(s.text) && spaceSize(s.text[s.pos:]) == 0 {
		if c := s.text[s.pos]; !isLetter(c) && !isDigit(c) && c != '$' {
			return
		}
		s.pos++
	}
}

// spaceSize returns the size of the character that text begins with, if it is
// one of the spaces beyond ASCII that DuckDB replaces by plain ones before it
// parses (Parser::StripUnicodeSpaces).
func spaceSize(text string) int {
	if text[0] < 0x80 {
		return 0
	}
	switch r, size := utf8.DecodeRuneInString(text); {
	case 0x2000 <= r && r <= 0x200b, r == 0xa0, r == 0x202f, r == 0x205f, r == 0x2060, r == 0x3000, r == 0xfeff:
		return size
	}
	return 0
}

// original returns the offset in a text for an offset that the engine tells,
// which is one in the text with plain spaces.
func original(text string, offset int) int {
	if offset < 0 {
		return offset
	}
	s := scanner{text: text}
	for s.pos-s.lost <= offset {
		if kind, _ := s.next(); kind == tokenEnd {
			break
		}
	}
	return min(offset+s.lost, len(text))
}

// isLetter reports whether a byte can begin a name. All bytes of characters
// beyond ASCII can.
func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// run moves past the bytes that belong to a token.
func (s *scanner) run(belongs func(byte) bool) {
	for s.pos < len(s.text) && belongs(s.text[s.pos]) {
		s.pos++
	}
}

// operator moves past an operator, which a comment ends.
func (s *scanner) operator() {
	for s.pos++; s.pos < len(s.text) && strings.IndexByte(operators, s.text[s.pos]) >= 0; s.pos++ {
		if rest := s.text[s.pos:]; strings.HasPrefix(rest, "--") || strings.HasPrefix(rest, "/*") {
			return
		}
	}
}

// through moves past the next end that is at least skip bytes ahead, or to the
// end of the text.
func (s *scanner) through(end string, skip int) {
	from := min(s.pos+skip, len(s.text))
	i := strings.Index(s.text[from:], end)
	if i < 0 {
		s.pos = len(s.text)
		return
	}
	s.pos = from + i + len(end)
}

// comment moves past a comment, which may hold others.
func (s *scanner) comment() {
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
func (s *scanner) quoted(quote byte, escapes bool) {
	for s.pos++; s.pos < len(s.text); s.pos++ {
		switch {
		case escapes && s.text[s.pos] == '\\':
			s.pos++
		case s.text[s.pos] == quote && s.pos+1 < len(s.text) && s.text[s.pos+1] == quote:
			s.pos++
		case s.text[s.pos] == quote:
			s.pos++
			return
		}
	}
	s.pos = len(s.text)
}

// dollar moves past $1, $name or $tag$…$tag$.
func (s *scanner) dollar() TokenKind {
	start := s.pos
	s.pos++
	s.run(func(c byte) bool { return isLetter(c) || isDigit(c) })
	if s.pos == len(s.text) || s.text[s.pos] != '$' {
		return TokenParameter
	}
	tag := s.text[start : s.pos+1]
	s.pos = start
	s.through(tag, len(tag))
	return TokenLiteral
}
