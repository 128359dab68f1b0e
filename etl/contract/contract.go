// Package contract holds the data contracts of the warehouse: one YAML file a
// dataset, after the Open Data Contract Standard (ODCS) v3.1. From a contract
// come the table definition, the load checks, the tags that policy reads and
// the data dictionary. It opens no database and reads no data.
package contract

// Compartment is a DuckDB file of the warehouse. What must not meet is not in
// the same file.
type Compartment string

// The compartments, in the order in which a load writes them.
const (
	Vault      Compartment = "vault"
	Core       Compartment = "core"
	Formative  Compartment = "formative"
	Evaluative Compartment = "evaluative"
	Students   Compartment = "students"
)

// Compartments lists all compartments in load order.
func Compartments() []Compartment {
	return []Compartment{Vault, Core, Formative, Evaluative, Students}
}

// LoadMode says what a file of a dataset means for the rows that it does not
// list.
type LoadMode string

const (
	// Full means that the file lists every row; a loaded row that it omits has
	// ended.
	Full LoadMode = "full"
	// Delta means that the file lists new and changed rows only.
	Delta LoadMode = "delta"
)

// PersonKind is a kind of person that the vault knows.
type PersonKind string

// The kinds of people.
const (
	Staff   PersonKind = "staff"
	Student PersonKind = "student"
)

// Schemes lists the identifier schemes by which a source file may name a
// person of this kind, most trusted first.
func (k PersonKind) Schemes() []string {
	if k == Student {
		return []string{"number", "sourced_id"}
	}
	return []string{"number", "email", "sourced_id"}
}

// Contract describes one dataset.
type Contract struct {
	Name        string
	Version     string // semantic version of the contract itself
	Title       string
	Description string
	Granularity string // what one row is
	Compartment Compartment
	LoadMode    LoadMode
	Tags        []string
	Columns     []Column
	PrimaryKey  []string // column names, in key order
	Mints       bool     // creates the people that it does not know
	RowChecks   []RowCheck
	Overlaps    []Overlap
	Retention   Retention
	Origin      string // file that defined it
	Source      string // text of that file
	Digest      string // SHA-256 of the text, hex
}

// Column describes one column of a dataset.
type Column struct {
	Name           string
	Title          string
	Description    string
	LogicalType    string // ODCS: string, date, timestamp, number, integer, boolean
	Type           string // DuckDB type, such as DECIMAL(8,2)
	Required       bool
	Unique         bool
	Enum           []string
	Minimum        string // inclusive, a literal of the column's type; empty: none
	Maximum        string
	Pattern        string // RE2, matched against the whole value; empty: none
	Unit           string
	Tags           []string // the dataset's tags and its own
	Reference      *Reference
	Person         PersonKind // empty: not a person key
	SourceElements []SourceElement
	Examples       []string
}

// Reference is a foreign key to one column of another dataset, or of its own.
type Reference struct{ Dataset, Column string }

// SourceElement names the element of a published standard that a column
// corresponds to, such as OneRoster 1.2 academicSession.startDate.
type SourceElement struct{ Standard, Element string }

// RowCheck is a condition that each row must meet. A NULL result passes, as in
// a SQL CHECK constraint.
type RowCheck struct {
	Name        string // the rule under which a failing row is quarantined
	Description string
	Expression  string // DuckDB boolean expression over the dataset's columns
	Columns     []string
}

// Overlap forbids rows with the same key whose closed periods [From, To] share
// a day. Rows with a NULL key part are not compared.
type Overlap struct {
	Name        string
	Description string
	Key         []string
	From, To    string
}

// Retention says how long rows are kept after the date in Column. A zero
// Months means without limit.
type Retention struct {
	Months int
	Column string
}
