package view

import (
	"maps"
	"slices"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// Fragment is SQL text with typed values in it. Text and values are kept apart
// until the end, so that no value is ever taken for text.
type Fragment struct {
	parts    []part
	attached map[string]bool
}

// part is text, or a value with its type.
type part struct{ text, kind, value string }

// text appends SQL text.
func (f *Fragment) text(sql string) { f.parts = append(f.parts, part{text: sql}) }

// value appends a value of a DuckDB type, in the spelling that a cast reads.
func (f *Fragment) value(kind, value string) {
	f.parts = append(f.parts, part{kind: kind, value: value})
}

// reads notes that the fragment reads a dataset.
func (f *Fragment) reads(d policy.Dataset) {
	if f.attached == nil {
		f.attached = map[string]bool{}
	}
	f.attached[d.File()] = true
}

// files lists, sorted, what must be attached for the fragment to run.
func (f *Fragment) files() []string { return slices.Sorted(maps.Keys(f.attached)) }

// Bind returns the text with a placeholder for each value, and the values.
func (f *Fragment) Bind() (sql string, args []string) {
	sql = f.join(func(p part) string {
		args = append(args, p.value)
		return "?"
	})
	return sql, args
}

// Inline returns the text with the values as literals, for where placeholders
// cannot stand. DuckDB's quoted literals know one special character, the quote.
func (f *Fragment) Inline() string {
	return f.join(func(p part) string { return literal(p.value) })
}

// join writes all parts; each value is cast to its type.
func (f *Fragment) join(spell func(part) string) string {
	var b strings.Builder
	for _, p := range f.parts {
		if p.kind == "" {
			b.WriteString(p.text)
			continue
		}
		b.WriteString("CAST(" + spell(p) + " AS " + p.kind + ")")
	}
	return b.String()
}

// literal quotes a string.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
