package contract

import (
	"errors"
	"fmt"
	"strings"
)

// words lists the identifiers and keywords of an SQL expression in lower case.
// It refuses what could end the expression or hide a part of it: comments,
// semicolons, quoted identifiers, and unbalanced quotes or parentheses.
func words(expression string) ([]string, error) {
	var list []string
	depth := 0
	for i := 0; i < len(expression); {
		switch c := expression[i]; {
		case letter(c):
			end := i
			for end < len(expression) && (letter(expression[end]) || digit(expression[end])) {
				end++
			}
			list = append(list, strings.ToLower(expression[i:end]))
			i = end
			continue
		case c == '\'':
			end := strings.IndexByte(expression[i+1:], '\'')
			if end < 0 {
				return nil, errors.New("a quote is not closed")
			}
			i += end + 1
		case c == '(':
			depth++
		case c == ')':
			depth--
		case !strings.ContainsRune(" \n0123456789.,=<>!+-*/%", rune(c)), comment(expression[i:]):
			return nil, fmt.Errorf("character %q is not allowed in a check", c)
		}
		if depth < 0 {
			break
		}
		i++
	}
	if depth != 0 {
		return nil, errors.New("parentheses do not balance")
	}
	return list, nil
}

func comment(text string) bool {
	return strings.HasPrefix(text, "--") || strings.HasPrefix(text, "/*")
}

func letter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }
