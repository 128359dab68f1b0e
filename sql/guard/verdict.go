package guard

import (
	"fmt"

	"github.com/weir-warehouse/weir/policy"
)

// Verdict is the guard's answer. The statement may run if Refusal is nil, and
// only then does it have Facts. Fingerprint and Hash are empty for a text that
// is too long or not text.
type Verdict struct {
	Refusal *Refusal
	Facts

	// Fingerprint is the statement with literals replaced by "?" and names
	// outside the scope by numbers; Hash is its SHA-256 in hexadecimal.
	Fingerprint string
	Hash        string
}

// Allowed reports whether the statement may run.
func (v Verdict) Allowed() bool { return v.Refusal == nil }

// Refusal says which rule refused a statement, where, why, and what to do. It
// echoes names that the client typed, never a literal.
type Refusal struct {
	Rule     string
	Code     policy.Code
	Position int // byte offset in the text, or -1 if the tree has none
	Text     string
	Hint     string
}

// Error returns the refusal as an error that is safe to show.
func (r *Refusal) Error() string {
	if r.Hint == "" {
		return r.Text
	}
	return r.Text + "; " + r.Hint
}

// Facts are what audit needs of a statement that may run.
type Facts struct {
	// Relations that the statement names, as "schema.name", sorted.
	Relations []string
	// Columns that the statement can read, as "schema.name.column", sorted. A
	// name that the tree alone cannot resolve counts for every relation that
	// has such a column, so columns may be listed that are not read, and none
	// that is read is missing.
	Columns []string
	// Functions that the statement calls, sorted.
	Functions []string
	// Aggregates reports whether any part of the statement aggregates.
	Aggregates bool
	// Touches says which kind of relation the statement names.
	Touches Touch
}

// Touch is the kind of relation that a statement names: it tells where the
// statement must run. One that names both kinds is refused.
type Touch string

// The kinds.
const (
	TouchesNothing Touch = "nothing"
	TouchesData    Touch = "data"
	TouchesCatalog Touch = "catalog"
	touchesBoth    Touch = "both"
)

// at returns a refusal at a node. The rule's name is filled in by refuse.
func at(n *node, hint, format string, args ...any) *Refusal {
	return &Refusal{Position: n.at, Text: fmt.Sprintf(format, args...), Hint: hint}
}
