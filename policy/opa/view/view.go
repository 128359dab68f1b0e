// Package view renders what policy grants as DuckDB SQL over the physical
// tables: row conditions, masks and the SELECT of a view. Conditions keep the
// meaning that they have in Rego: each is true or false and never NULL, and
// NULL is a value below all others. What cannot be rendered with that meaning
// is an error, never an approximation. It runs no SQL and knows no Rego.
package view

import (
	"fmt"
	"strings"

	"github.com/weir-warehouse/weir/policy"
)

// Source is the dataset behind a view, and what its conditions may refer to.
type Source struct {
	Dataset   policy.Dataset
	Period    policy.Period              // zero: rows have no date
	Relations map[string]policy.Relation // by name
	Datasets  map[string]policy.Dataset  // the catalogue, for relations and populations
	StaffKey  string                     // the principal's pseudonym; empty: none
	Key       []byte                     // key of hash masks; empty: hash masks are refused
}

// row is the alias of the dataset's table in a view, related that of a
// relation's in its subquery.
const (
	row     = "r"
	related = "x"
)

// Table returns the fully qualified physical name of a dataset. A client's
// CTE or temporary table of the same name cannot capture it.
func Table(d policy.Dataset) string {
	name := d.Name[strings.LastIndexByte(d.Name, '.')+1:]
	if d.Union != "" {
		name = d.Union
	}
	return ident(d.Compartment) + ".main." + ident(name)
}

// ident quotes an identifier.
func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// field returns a column of a table alias.
func field(alias, column string) string { return ident(alias) + "." + ident(column) }

// function returns a built-in function's qualified name, which no macro of a
// client can shadow.
func function(name string) string { return "system.main." + name }

// Condition renders a row condition.
func (s Source) Condition(e Expr) (*Fragment, error) {
	f := &Fragment{}
	if err := e.render(f, s); err != nil {
		return nil, err
	}
	return f, nil
}

// Rows turns a row condition into the value that a grant carries. Its Rego is
// the text that the condition came from.
func (s Source) Rows(e Expr, rego []string) (policy.Rows, error) {
	switch e.(type) {
	case All:
		return policy.AllRows{}, nil
	case None:
		return policy.NoRows{}, nil
	}
	f, err := s.Condition(e)
	if err != nil {
		return nil, err
	}
	sql, args := f.Bind()
	return policy.RowsWhere{Rego: rego, SQL: sql, Args: args}, nil
}

// Select renders the view that shows a grant's columns, masked, of the rows
// that satisfy a condition. It returns the files that it reads.
func (s Source) Select(g *policy.Grant, e Expr) (sql string, files []string, err error) {
	f := &Fragment{}
	f.reads(s.Dataset)
	f.text("SELECT ")
	if g.Aggregate != nil {
		err = s.figures(f, g.Aggregate)
	} else {
		err = s.columns(f, g.Columns)
	}
	if err != nil {
		return "", nil, err
	}
	f.text(" FROM " + Table(s.Dataset) + " AS " + ident(row) + " WHERE ")
	if err := e.render(f, s); err != nil {
		return "", nil, err
	}
	if g.Aggregate != nil {
		s.group(f, g.Aggregate)
	}
	return f.Inline(), f.files(), nil
}

// columns renders the list of columns that are not hidden.
func (s Source) columns(f *Fragment, columns []policy.GrantColumn) error {
	shown := 0
	for _, c := range columns {
		if c.Mask.Kind == policy.Hide {
			continue
		}
		if shown++; shown > 1 {
			f.text(", ")
		}
		if err := s.mask(f, c.Name, c.Mask); err != nil {
			return err
		}
		f.text(" AS " + ident(c.Name))
	}
	if shown == 0 {
		return fmt.Errorf("every column of %s is hidden", s.Dataset.Name)
	}
	return nil
}
