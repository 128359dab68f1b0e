// Package mart writes relations of protected values into the marts of a build:
// one DuckDB file for each combination of compartments that values may be made
// from. A mart's file is written whole, under another name, and put in place by a
// rename; one whose content stays the same is left alone. Whoever writes has seen
// to it that nothing in a relation needs protection any more.
package mart

import (
	"github.com/weir-warehouse/weir/sql/snapshot"
)

// Relation is a table in a mart.
type Relation struct {
	Name        string            `json:"name"`
	Owner       string            `json:"owner"` // who writes it: each owner replaces its own relations alone
	Mart        string            `json:"mart"`  // compartment, such as mart_formative
	Description string            `json:"description"`
	Tags        []string          `json:"tags"`           // of all that it is made from
	Part        bool              `json:"part,omitempty"` // other marts have parts of the same relation
	Columns     []Column          `json:"columns"`
	Key         []string          `json:"key"`              // columns that identify a row
	Inputs      map[string]string `json:"inputs,omitempty"` // by dataset, the revision that it was made from; none: it stays valid

	Count int64                `json:"-"`              // rows, once written
	Runs  []snapshot.MetricRun `json:"runs,omitempty"` // of the metrics whose values it has

	Rows string `json:"-"` // SELECT of the columns, with an ORDER BY that leaves nothing to chance
}

// Column is a column of a relation.
type Column = snapshot.Column

// Compartment describes a mart as a snapshot's manifest does.
func (m Mart) Compartment() snapshot.Compartment {
	c := snapshot.Compartment{Name: m.Name, File: m.Name + ".duckdb", Revision: m.Content}
	for _, r := range m.Relations {
		c.Tables = append(c.Tables, snapshot.Table{Name: r.Name, Rows: r.Count, Derived: &snapshot.Derived{
			Description: r.Description, Tags: r.Tags, Part: r.Part, Key: r.Key, Columns: r.Columns,
		}})
	}
	return c
}
