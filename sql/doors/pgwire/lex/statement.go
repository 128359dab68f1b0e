package lex

import "strings"

// Statement is one of the statements of a text.
type Statement struct {
	Text   string
	At     int // where Text begins in the whole text, in bytes
	Tokens []Token
}

// headTokens is how many tokens of a statement are kept: enough for all
// statements but those that are passed on anyway.
const headTokens = 256

// Split returns the statements of a text, which semicolons part. A statement
// keeps the comments about it; what holds nothing but comments is none.
func Split(text string) []Statement {
	var all []Statement
	s, current := NewScanner(text), Statement{}
	for {
		t := s.Next()
		over := t.Kind == Symbol && text[t.From] == ';'
		if !over && t.Kind != End {
			if len(current.Tokens) < headTokens {
				current.Tokens = append(current.Tokens, Token{t.Kind, t.From - current.At, t.To - current.At})
			}
			continue
		}
		if len(current.Tokens) > 0 {
			current.Text = text[current.At:t.From]
			all = append(all, current)
		}
		if t.Kind == End {
			return all
		}
		current = Statement{At: t.To}
	}
}

// Value is what a token of the statement means: a word in lower case, the
// inside of a name or a string, or else the text itself.
func (s Statement) Value(t Token) string {
	text := s.Text[t.From:t.To]
	switch {
	case t.Kind == Word:
		return strings.ToLower(text)
	case t.Kind == Quoted:
		return unquote(text, `"`)
	case t.Kind != String:
		return text
	case text[0] == '$':
		tag := text[:strings.IndexByte(text[1:], '$')+2]
		return strings.TrimSuffix(text[len(tag):], tag)
	case text[0]|0x20 == 'e':
		return unescape(unquote(text[1:], "'"))
	case text[0] != '\'':
		return unquote(text[1:], "'")
	}
	return unquote(text, "'")
}

func unquote(text, quote string) string {
	inside := strings.TrimPrefix(text, quote)
	inside = strings.TrimSuffix(inside, quote)
	return strings.ReplaceAll(inside, quote+quote, quote)
}

// unescape resolves the backslash escapes that settings and COPY options have.
func unescape(text string) string {
	return strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\t`, "\t", `\n`, "\n", `\r`, "\r", `\b`, "\b", `\f`, "\f").Replace(text)
}
