package guard

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// grammarJSON lists what a tree may hold: for each kind of object its fields,
// and for each field its role (see readRole). A kind is a family, with the value
// of the object's first field where the family has several kinds. It follows
// src/include/duckdb/storage/serialization/*.json of DuckDB 1.5.5; what is not
// in it is refused.
//
//go:embed grammar.json
var grammarJSON []byte

// role says what a field holds.
type role struct {
	field  string
	what   what
	family string          // of sub-trees
	lists  int             // how deep sub-trees or names are nested in lists
	values map[string]bool // of an enumeration
}

type what uint8

// The roles of fields.
const (
	subtree what = iota // an object of a family, null, or lists of them
	name                // an identifier, or a list of them
	enum                // one of the values
	flag                // true or false
	place               // the byte offset in the text
	opaque              // a literal's value and other leaves that change no meaning
	none                // only null, false, "" or an empty list
)

// grammar maps a family and a tag, which is "" where the family is one kind, to
// a kind of object.
type grammar map[string]map[string]*shape

// shape is a kind of object, such as "expr:CASE" or "order", and its fields.
type shape struct {
	kind   string
	fields map[string]role
}

// tagOf returns the name of the first field of a family's objects, which tells
// their kind, or "" if the family is one kind.
func tagOf(family string) string {
	switch family {
	case "expr":
		return "class"
	case "query", "table", "modifier", "info":
		return "type"
	}
	return ""
}

func readGrammar() (grammar, error) {
	var raw map[string]map[string]string
	if err := json.Unmarshal(grammarJSON, &raw); err != nil {
		return nil, fmt.Errorf("grammar.json: %w", err)
	}
	g := make(grammar)
	for kind := range raw {
		family, tag, _ := strings.Cut(kind, ":")
		if g[family] == nil {
			g[family] = make(map[string]*shape)
		}
		g[family][tag] = &shape{kind: kind, fields: make(map[string]role)}
	}
	for kind, fields := range raw {
		family, tag, _ := strings.Cut(kind, ":")
		for field, text := range fields {
			r, err := readRole(text, g)
			if err != nil {
				return nil, fmt.Errorf("grammar.json: %s.%s: %w", kind, field, err)
			}
			r.field = field
			g[family][tag].fields[field] = r
		}
	}
	return g, nil
}

// readRole reads a role: a family or "name", with one "*" for each level of
// list; flag, place, opaque, none; or the values of an enumeration in capitals,
// divided by "|".
func readRole(text string, g grammar) (role, error) {
	leaves := map[string]what{"flag": flag, "place": place, "opaque": opaque, "none": none}
	base := strings.TrimRight(text, "*")
	lists := len(text) - len(base)
	leaf, isLeaf := leaves[text]
	switch {
	case isLeaf:
		return role{what: leaf}, nil
	case base == "name":
		return role{what: name, lists: lists}, nil
	case g[base] != nil:
		return role{what: subtree, family: base, lists: lists}, nil
	case text == strings.ToUpper(text):
		values := make(map[string]bool)
		for v := range strings.SplitSeq(text, "|") {
			values[v] = true
		}
		return role{what: enum, values: values}, nil
	}
	return role{}, fmt.Errorf("unknown role %q", text)
}
