package etl

import (
	"fmt"
	"strings"

	"github.com/weir-warehouse/weir/etl/contract"
	"github.com/weir-warehouse/weir/sql/duck"
)

// The rules that every contract implies; row checks and overlaps go by the
// names that the contract gives them.
const (
	ruleStructure    = "structure" // a line without the header's shape
	ruleType         = "type"
	ruleRequired     = "required"
	ruleRange        = "range"
	ruleEnum         = "enum"
	rulePattern      = "pattern"
	ruleDuplicateRow = "duplicate_row" // a copy of a row of the same file
	ruleDuplicateKey = "duplicate_key" // the same key with other content in the same file
	ruleUnique       = "unique"        // a value that another row has
	ruleReference    = "reference"
	rulePerson       = "person"            // an identifier that the vault does not know
	ruleIdentity     = "identity_conflict" // identifiers of one row that name different people
)

// check is a condition on the values of one row, by which the row fails.
type check struct {
	rule, column string
	fails        string // SQL over the raw and the typed columns
}

// raw names the column that holds an input column's text.
func raw(column string) string { return duck.Ident("raw:" + column) }

// valueChecks lists what can be told from a row alone, before people are
// resolved.
func valueChecks(k *contract.Contract, offered map[string]bool) []check {
	var checks []check
	for i := range k.Columns {
		col := &k.Columns[i]
		if col.Person != "" {
			checks = append(checks, personChecks(col, offered)...)
		} else {
			checks = append(checks, columnChecks(col, offered[col.Name])...)
		}
	}
	for _, rc := range k.RowChecks {
		if !namesPerson(k, rc) {
			checks = append(checks, check{rc.Name, strings.Join(rc.Columns, ","), "NOT coalesce((" + rc.Expression + "), true)"})
		}
	}
	return checks
}

func namesPerson(k *contract.Contract, rc contract.RowCheck) bool {
	for _, name := range rc.Columns {
		if col, ok := k.Column(name); ok && col.Person != "" {
			return true
		}
	}
	return false
}

func personChecks(col *contract.Column, offered map[string]bool) []check {
	if !col.Required {
		return nil
	}
	var none []string
	for _, id := range col.IdentifierColumns() {
		if offered[id] {
			none = append(none, duck.Ident(id)+" IS NULL")
		}
	}
	return []check{{ruleRequired, col.Name, strings.Join(none, " AND ")}}
}

func columnChecks(col *contract.Column, offered bool) []check {
	if !offered {
		return nil
	}
	name, text := duck.Ident(col.Name), raw(col.Name)
	var checks []check
	if col.Type != "VARCHAR" {
		checks = append(checks, check{ruleType, col.Name, text + " IS NOT NULL AND " + name + " IS NULL"})
	}
	if col.Required {
		checks = append(checks, check{ruleRequired, col.Name, text + " IS NULL"})
	}
	var bounds []string
	if col.Minimum != "" {
		bounds = append(bounds, fmt.Sprintf("%s < CAST(%s AS %s)", name, duck.Literal(col.Minimum), col.Type))
	}
	if col.Maximum != "" {
		bounds = append(bounds, fmt.Sprintf("%s > CAST(%s AS %s)", name, duck.Literal(col.Maximum), col.Type))
	}
	if len(bounds) > 0 {
		checks = append(checks, check{ruleRange, col.Name, "coalesce(" + strings.Join(bounds, " OR ") + ", false)"})
	}
	if len(col.Enum) > 0 {
		checks = append(checks, check{ruleEnum, col.Name, fmt.Sprintf("coalesce(%s NOT IN (%s), false)", name, literals(col.Enum))})
	}
	if col.Pattern != "" {
		checks = append(checks, check{rulePattern, col.Name, fmt.Sprintf("coalesce(NOT regexp_full_match(%s, %s), false)", name, duck.Literal(col.Pattern))})
	}
	return checks
}

func literals(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = duck.Literal(v)
	}
	return strings.Join(quoted, ", ")
}
