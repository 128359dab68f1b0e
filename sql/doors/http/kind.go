package httpdoor

import "strings"

// parts returns the engine's names of the types that a nested type is made of:
// of a list its elements', of a map the keys' and the values', of a struct or a
// union each member's.
func parts(kind string) []string {
	if i := strings.LastIndexByte(kind, '['); i >= 0 && strings.HasSuffix(kind, "]") {
		return []string{kind[:i]}
	}
	family, inner, ok := strings.Cut(strings.TrimSuffix(kind, ")"), "(")
	if !ok {
		return nil
	}
	out := split(inner)
	if family == "MAP" {
		return out
	}
	for i, member := range out {
		out[i] = strings.TrimPrefix(member[quoted(member):], " ")
	}
	return out
}

// part is the i-th of parts, or empty where that is not known.
func part(kind string, i int) string {
	if all := parts(kind); i < len(all) {
		return all[i]
	}
	return ""
}

// split cuts a list of types, or of members, at the commas that are in no
// parentheses and no quoted name.
func split(list string) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i < len(list); i++ {
		switch list[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '"':
			i += max(quoted(list[i:]), 1) - 1
		case ',':
			if depth == 0 {
				out = append(out, strings.TrimSpace(list[start:i]))
				start = i + 1
			}
		}
	}
	return append(out, strings.TrimSpace(list[start:]))
}

// quoted is the length of the quoted name with which a text begins; "" in it is
// a quote. Without one it is zero.
func quoted(text string) int {
	if !strings.HasPrefix(text, `"`) {
		return 0
	}
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		if i+1 == len(text) || text[i+1] != '"' {
			return i + 1
		}
		i++
	}
	return 0
}
