package opa

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/weir-warehouse/weir/policy"
)

// representatives returns a catalogue over which a proof says as much: of marts
// that differ in nothing but names that no rule mentions, one, and of a mart's
// columns likewise, whose types count where a rule mentions them. Families of metrics have hundreds of columns that are all the
// same to policy. A rule that takes names apart would escape this, as one that
// looks at a principal's name does; what it grants is checked when it is granted.
func representatives(catalog []policy.Dataset, words map[string]bool) []policy.Dataset {
	seen := map[string]bool{}
	out := make([]policy.Dataset, 0, len(catalog))
	for _, d := range catalog {
		if !d.Derived {
			out = append(out, d)
			continue
		}
		d.Columns = alike(d.Columns, words)
		var b strings.Builder
		fmt.Fprintf(&b, "%s %q", d.Compartment, d.Tags)
		for _, c := range d.Columns {
			if words[c.Name] {
				b.WriteString(c.Name)
			}
			b.WriteString(likeness(c, words))
		}
		key := b.String()
		if named := words[d.Name] || words[d.Union]; named || !seen[key] {
			seen[key] = seen[key] || !named
			out = append(out, d)
		}
	}
	return out
}

// alike keeps the columns that rules mention, and one of each likeness.
func alike(columns []policy.Column, words map[string]bool) []policy.Column {
	seen := map[string]bool{}
	var out []policy.Column
	for _, c := range columns {
		if words[c.Name] {
			out = append(out, c)
			continue
		}
		if key := likeness(c, words); !seen[key] {
			seen[key] = true
			out = append(out, c)
		}
	}
	return out
}

// likeness is all that rules see of a column but its name.
func likeness(c policy.Column, words map[string]bool) string {
	kind := c.Type
	if !words[kind] {
		kind = ""
	}
	return fmt.Sprintf(" %s %s %q", kind, c.Person, c.Tags)
}

// words are the texts in the rules and data of a bundle, and in the invariants
// that come with Weir.
func (b *Bundle) words() (map[string]bool, error) {
	builtIn, err := BuiltIn()
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	gather := func(m *ast.Module) {
		ast.WalkTerms(m, func(t *ast.Term) bool {
			if s, ok := t.Value.(ast.String); ok {
				out[string(s)] = true
			}
			return false
		})
	}
	for _, m := range b.modules {
		gather(m)
	}
	for _, m := range builtIn.invariants() {
		gather(m)
	}
	text, err := json.Marshal(b.data)
	if err != nil {
		return nil, err
	}
	var data any
	if err := json.Unmarshal(text, &data); err != nil {
		return nil, err
	}
	gatherData(data, out)
	return out, nil
}

func gatherData(v any, out map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			out[key] = true
			gatherData(value, out)
		}
	case []any:
		for _, value := range v {
			gatherData(value, out)
		}
	case string:
		out[v] = true
	}
}
