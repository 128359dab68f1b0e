package policy

// Rows says which rows of a dataset a grant shows: AllRows, NoRows or
// RowsWhere. There is no fourth, and nil is none of them.
type Rows interface {
	// Extent names the kind: all, none or some.
	Extent() string
}

// AllRows shows every row.
type AllRows struct{}

// NoRows shows no row: no row can satisfy the rules.
type NoRows struct{}

// RowsWhere shows the rows that satisfy a condition.
type RowsWhere struct {
	Rego []string // what partial evaluation left of the rules; any one suffices
	SQL  string   // DuckDB condition with placeholders
	Args []string // values of the placeholders, each of which is in a CAST
}

// Extent returns "all".
func (AllRows) Extent() string { return "all" }

// Extent returns "none".
func (NoRows) Extent() string { return "none" }

// Extent returns "some".
func (RowsWhere) Extent() string { return "some" }
