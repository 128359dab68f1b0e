package pgwire

import "strings"

// options takes the start-up parameter "options" apart: -c name=value,
// -cname=value or --name=value, with backslashes before spaces that do not
// part them.
func options(text string) []string {
	var all []string
	var current strings.Builder
	end := func() {
		word := current.String()
		current.Reset()
		word = strings.TrimPrefix(strings.TrimPrefix(word, "--"), "-c")
		if word != "" {
			all = append(all, word)
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			current.WriteByte(text[i])
		case c == ' ' || c == '\t' || c == '\n':
			end()
		default:
			current.WriteByte(c)
		}
	}
	end()
	return all
}
