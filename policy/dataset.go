package policy

import (
	"slices"
	"strings"
)

// Dataset is what policy needs to know of a dataset.
type Dataset struct {
	Name        string // as clients write it; audit.decisions lies in a schema of its own
	Compartment string // name of the attached database
	Tags        []string
	Reference   bool   // about nobody, and neither is what it refers to; the compartment's reference part has it too
	Derived     bool   // a mart; its tags are the union of the tags of what it is made from
	Union       string // the name under which a scope shows those of its parts that it grants; empty: no part
	Columns     []Column
}

// Column is what policy needs to know of a column.
type Column struct {
	Name     string
	Type     string // DuckDB type, such as DECIMAL(8,2)
	Required bool   // never NULL
	Person   string // kind of person that the column is a key of: staff, student; empty: none
	Tags     []string
}

// File names the smallest file that has the dataset: its compartment, or the
// compartment's reference part.
func (d Dataset) File() string {
	if d.Reference {
		return ReferencePart(d.Compartment)
	}
	return d.Compartment
}

// referenceSuffix ends the names of reference parts.
const referenceSuffix = "_reference"

// ReferencePart names the file that has, of a compartment, copies of its
// reference datasets and nothing else: for who is granted no more of it.
func ReferencePart(compartment string) string { return compartment + referenceSuffix }

// Database is the name under which a file is attached: a reference part stands in
// for its compartment, and the same SELECT reads either.
func Database(file string) string { return strings.TrimSuffix(file, referenceSuffix) }

// Column returns the column of that name.
func (d Dataset) Column(name string) (Column, bool) {
	i := slices.IndexFunc(d.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return d.Columns[i], true
}

// Period says which columns of a dataset tell when a row holds. An event has a
// single date; then To is empty.
type Period struct {
	From string `json:"from"`
	To   string `json:"to,omitempty"` // last day; NULL in a row: still holds
}

// Relation says how a row is related to the principal, or to a fact about the
// row's person, through another dataset: a semi-join. Row rules see it as the
// boolean input.related.<name>.
type Relation struct {
	Dataset   string         `json:"dataset"`             // where related rows are
	Principal string         `json:"principal,omitempty"` // column that must be the principal's staff key; empty: any
	Key       string         `json:"key"`                 // column that must equal the row's column Row
	Row       string         `json:"row"`
	From      string         `json:"from,omitempty"`   // column: first day; NULL: always
	To        string         `json:"to,omitempty"`     // column: last day; NULL: still
	Latest    string         `json:"latest,omitempty"` // column: only the newest row of each key counts
	Where     map[string]any `json:"where,omitempty"`  // columns and the values that they must have
}

// Dated reports whether the relation holds for a time, which must then overlap
// the row's period.
func (r Relation) Dated() bool { return r.From != "" || r.To != "" }
